# Five minres factors of polychoric correlations: extraction by psych, oblimin run to eps 1e-8.
source("scales_common.R"); suppressPackageStartupMessages({ library(lavaan); library(GPArotation) })
R <- lavCor(complete, ordered = names(complete))
found <- fa(R, 5, n.obs = nrow(complete), fm = "minres", rotate = "none", max.iter = 5000)
turned5 <- GPFoblq(unclass(found$loadings), method = "quartimin", eps = 1e-8, maxit = 5000)
values <- list(communality = unname(found$communality), loadings = unname(turned5$loadings[, ]),
               phi = unname(turned5$Phi))
write_reference(values, "factors_polychoric.R", c("psych", "lavaan", "GPArotation"))
