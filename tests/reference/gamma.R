source("scales_common.R"); suppressPackageStartupMessages(library(lavaan))
# The asymptotic covariance matrix (NACOV) of thresholds and polychoric correlations.
gamma_of <- function(x, ...) {
  fit <- suppressWarnings(lavCor(x, ordered = names(x)[names(x) != "w"], output = "fit", se = "standard", ...))
  g <- unname(unclass(lavInspect(fit, "gamma")))
  list(n = lavInspect(fit, "ntotal"), names = names(lavInspect(fit, "wls.obs")), lower = g[lower.tri(g, diag = TRUE)])
}
small <- complete[, c("A1", "A2", "A3", "A4")]
mixed <- small; mixed$A1 <- ifelse(mixed$A1 > 2, 1, 0); mixed$A3 <- cut(mixed$A3, c(0, 3, 5, 6), labels = FALSE)
gaps <- bfi[, c("A1", "A2", "A3", "A4")]; gaps <- gaps[rowSums(is.na(gaps)) < 4, ]
weighted <- mixed; weighted$w <- rep_len(c(0.5, 0.75, 1, 1.75), nrow(mixed)); weighted$w <- weighted$w / mean(weighted$w)
model <- "A1 ~~ A2 + A3 + A4\nA2 ~~ A3 + A4\nA3 ~~ A4"
fit_w <- lavaan(model, weighted, ordered = names(mixed), sampling.weights = "w", auto.th = TRUE, auto.var = TRUE, auto.delta = TRUE, estimator = "WLSMV")
gw <- unname(unclass(lavInspect(fit_w, "gamma")))
values <- list(listwise = gamma_of(small), mixed = gamma_of(mixed), pairwise = gamma_of(gaps, missing = "pairwise"),
  weighted = list(n = lavInspect(fit_w, "ntotal"), lower = gw[lower.tri(gw, diag = TRUE)],
                  correlations = lavInspect(fit_w, "sampstat")$cov[lower.tri(diag(4))]))
write_reference(values, "gamma.R", c("psych", "lavaan"))
