# Probits, ordered, partial ordered and multinomial models with replicate weights, in R.
# Run from this folder: Rscript replicates.R. Writes replicates.json, which says who made it.
# Replicates are survey's (as.svrepdesign with mse = TRUE); probits svyglm's, the others
# withReplicates of VGAM's maximum, to the end; svyolr's too, which polr stops early.
# Data: ces11.csv (carData::CES11); each province is a stratum of two units, its even and its
# odd rows.
suppressPackageStartupMessages({ library(jsonlite); library(survey); library(VGAM) })
ces <- read.csv("data/ces11.csv")
ces$pw <- ces$weight / mean(ces$weight)
ces$unit <- paste(ces$province, seq_len(nrow(ces)) %% 2)
ces$imp_o <- ordered(ces$imp)

pairs <- svydesign(ids = ~unit, strata = ~province, weights = ~pw, data = ces)
single <- svydesign(ids = ~unit, weights = ~pw, data = ces)
set.seed(6)
designs <- list(
  BRR = as.svrepdesign(pairs, type = "BRR", mse = TRUE),
  Fay = as.svrepdesign(pairs, type = "Fay", fay.rho = 0.3, mse = TRUE),
  JK1 = as.svrepdesign(single, type = "JK1", mse = TRUE),
  JKn = as.svrepdesign(pairs, type = "JKn", mse = TRUE),
  bootstrap = as.svrepdesign(single, type = "subbootstrap", replicates = 30, mse = TRUE))

control <- vglm.control(epsilon = 1e-13, maxit = 60, criterion = "coefficients")
maximum <- function(family, w, data) {
  data$w <- w
  data <- data[w > 0, ]
  data$w <- data$w / mean(data$w)
  fit <- suppressWarnings(vglm(imp_o ~ gender + urban + ab, family, data, weights = w, control = control))
  coef(fit, matrix = TRUE)
}
cuts_and_slopes <- function(B, free = NULL) {  # slopes, those of each threshold, thresholds
  parallel <- setdiff(rownames(B)[-1], free)
  unname(c(B[parallel, 1], if (length(free)) B[free, ], -B[1, ]))
}
models <- list(
  ordered_logit = function(w, data) cuts_and_slopes(
    maximum(cumulative("logitlink", parallel = TRUE, reverse = TRUE), w, data)),
  ordered_probit = function(w, data) cuts_and_slopes(
    maximum(cumulative("probitlink", parallel = TRUE, reverse = TRUE), w, data)),
  partial = function(w, data) cuts_and_slopes(
    maximum(cumulative("logitlink", parallel = FALSE ~ gender, reverse = TRUE), w, data), "genderMale"),
  multinomial = function(w, data) c(maximum(multinomial(refLevel = 1), w, data)))
values_of <- function(design) {
  found <- lapply(models, function(one) {
    fit <- withReplicates(design, one)
    list(b = c(unclass(coef(fit))), se = unname(c(SE(fit))), V01 = vcov(fit)[1, 2])
  })
  probit <- svyglm(ab ~ imp + gender + urban, design, family = quasibinomial("probit"),
                   epsilon = 1e-14, maxit = 100)
  olr <- svyolr(imp_o ~ gender + urban + ab, design)
  c(found, list(
    probit = list(b = unname(coef(probit)), se = unname(sqrt(diag(vcov(probit)))),
                  V01 = vcov(probit)[1, 2], df = probit$df.residual),
    svyolr = list(b = unname(coef(olr)), se = unname(sqrt(diag(olr$var))),
                  df = olr$df.residual),
    scale = design$scale * rep_len(design$rscales, ncol(weights(design, "analysis"))),
    units = unname((weights(design, "analysis") / ces$pw)[match(sort(unique(ces$unit)), ces$unit), ])))
}
values <- lapply(designs, values_of)
versions <- lapply(setNames(nm = c("survey", "VGAM", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "replicates.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11)")
write_json(list(source = source, values = values), "replicates.json", digits = I(16),
           auto_unbox = TRUE)
