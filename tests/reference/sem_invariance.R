# Invariance across groups: schools for Holzinger and Swineford's tests, gender for the Big
# Five, continuous and ordinal. Writes sem_invariance.json.
source("sem_common.R")
suppressPackageStartupMessages(library(semTools))
differences <- function(...) {
  found <- as.data.frame(lavTestLRT(...))
  list(df = found[["Df diff"]], chisq = found[["Chisq diff"]], p = found[["Pr(>Chisq)"]])
}
levels <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
  strict = c("loadings", "intercepts", "residuals"))
values <- list()
for (estimator in c("ML", "MLR")) {
  fits <- lapply(levels, function(equal) cfa(hs_model, hs, group = "school",
    group.equal = equal, estimator = estimator))
  values[[paste0("hs_", estimator)]] <- c(lapply(fits, kept_fit),
    list(differences = differences(fits[[1]], fits[[2]], fits[[3]], fits[[4]])))
}
score <- lavTestScore(cfa(hs_model, hs, group = "school", group.equal = levels$scalar))
values$hs_release <- score$uni$X2
partial <- cfa(hs_model, hs, group = "school", group.equal = levels$scalar,
  group.partial = c("x3 ~ 1", "x7 ~ 1"))
values$hs_partial <- kept_fit(partial)
fits <- lapply(levels, function(equal) cfa(bfi_model, bfi_complete, group = "gender",
  group.equal = equal, estimator = "MLR"))
values$bfi_MLR <- c(lapply(fits, kept_fit, std = FALSE),
  list(differences = differences(fits[[1]], fits[[2]], fits[[3]], fits[[4]])))
ordinal <- function(equal) cfa(bfi_model, bfi_complete, ordered = bfi_items, group = "gender",
  estimator = "WLSMV", group.equal = equal)
fits <- lapply(list(configural = "", thresholds = "thresholds",
  loadings = c("thresholds", "loadings")), ordinal)
values$bfi_delta <- c(lapply(fits, kept_fit, std = FALSE),
  list(differences = differences(fits[[1]], fits[[2]], fits[[3]])))
estabrook <- function(equal) {
  syntax <- as.character(measEq.syntax(bfi_model, data = bfi_complete, ordered = bfi_items,
    parameterization = "delta", ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016",
    group = "gender", group.equal = equal))
  cfa(syntax, bfi_complete, ordered = bfi_items, group = "gender", estimator = "WLSMV",
      parameterization = "delta")
}
fits <- lapply(list(configural = "", thresholds = "thresholds",
  loadings = c("thresholds", "loadings"),
  intercepts = c("thresholds", "loadings", "intercepts")), estabrook)
values$bfi_wu_estabrook <- c(lapply(fits, kept_fit, std = FALSE),
  list(differences = differences(fits[[1]], fits[[2]], fits[[3]], fits[[4]])))
theta <- cfa(bfi_model, bfi_complete, ordered = bfi_items, group = "gender",
  estimator = "WLSMV", parameterization = "theta", group.equal = c("thresholds", "loadings"))
values$bfi_theta <- kept_fit(theta, std = FALSE)
values$semtools_syntax <- as.character(measEq.syntax(bfi_model, data = bfi_complete,
  ordered = bfi_items, parameterization = "delta", ID.fac = "std.lv",
  ID.cat = "Wu.Estabrook.2016", group = "gender", group.equal = c("thresholds", "loadings")))
write_reference(values, "sem_invariance.R")
