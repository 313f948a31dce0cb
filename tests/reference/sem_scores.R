# Factor scores and standardised residuals. Writes sem_scores.json (first rows only).
source("sem_common.R")
fit <- cfa(hs_model, hs)
two <- cfa(hs_model, hs, group = "school", meanstructure = TRUE)
errors <- function(method) as.numeric(attr(lavPredict(fit, method = method, se = "standard"), "se")[[1]])
path <- sem("visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9
speed ~ visual + textual", hs)
values <- list(
  regression = unname(unclass(lavPredict(fit, method = "regression"))[1:10, ]),
  bartlett = unname(unclass(lavPredict(fit, method = "Bartlett"))[1:10, ]),
  path_regression = unname(unclass(lavPredict(path, method = "regression"))[1:10, ]),
  path_bartlett = unname(unclass(lavPredict(path, method = "Bartlett"))[1:10, ]),
  group_regression = lapply(lavPredict(two, method = "regression"), function(x) unname(unclass(x)[1:10, ])),
  regression_errors = errors("regression"), bartlett_errors = errors("Bartlett"),
  residual_z = unname(unclass(residuals(fit, type = "standardized")$cov)),
  standardized_mplus = unname(unclass(residuals(fit, type = "standardized.mplus")$cov)))
# A mode by lavaan is as exact as its optimiser's default tolerance.
likert <- cfa("A =~ A1 + A2 + A3 + A4 + A5
N =~ N1 + N2 + N3 + N4 + N5", bfi_complete, ordered = bfi_items, std.lv = TRUE)
values$ebm <- unname(unclass(lavPredict(likert, method = "EBM"))[1:40, ])
write_reference(values, "sem_scores.R")
