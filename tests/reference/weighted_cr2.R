# CR2 with Satterthwaite df for models with probability weights, in R.
# Run from this folder: Rscript weighted_cr2.R. Writes weighted_cr2.json, which says who made it.
# The working model is that of the answers themselves (variance 1, or mu (1 - mu)), not one in
# which a weight is an inverse variance. Data: ces11.csv (carData::CES11), api1.csv
# (survey::apiclus1).
suppressPackageStartupMessages({ library(jsonlite); library(clubSandwich) })
ces <- read.csv("data/ces11.csv")
api <- read.csv("data/api1.csv")
ces$w <- ces$weight / mean(ces$weight)
api$w <- api$pw / mean(api$pw) * (1 + (seq_len(nrow(api)) %% 3) / 2)
logit <- function(formula, data, start = NULL) suppressWarnings(
  glm(formula, binomial, data, weights = w, start = start, epsilon = 1e-14, maxit = 100))
twice <- function(formula, data) logit(formula, data, coef(logit(formula, data)))
tests_of <- function(fit, cluster, target) {
  V <- vcovCR(fit, cluster = cluster, type = "CR2", target = target, inverse_var = FALSE)
  tests <- coef_test(fit, vcov = V, test = "Satterthwaite")
  joint <- Wald_test(fit, constrain_zero(2:3), vcov = V, test = "HTZ")
  list(b = unname(coef(fit)), se = tests$SE, df = tests$df, V01 = V[1, 2],
       F = joint$Fstat, df_denom = joint$df_denom)
}
values_of <- function(formula, data, cluster) {
  data$cluster <- cluster
  linear <- lm(formula, data, weights = w)
  logistic <- twice(formula, data)
  mu <- fitted(logistic)
  list(lpm = tests_of(linear, cluster, rep(1, nrow(data))),
       logit = tests_of(logistic, cluster, mu * (1 - mu)))
}
values <- list(ces = values_of(ab ~ imp + gender + urban, ces, ces$province),
               api = values_of(y ~ ell + meals + api99, api, api$dnum))
versions <- lapply(setNames(nm = c("clubSandwich", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "weighted_cr2.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11), data/api1.csv (survey::apiclus1)")
write_json(list(source = source, values = values), "weighted_cr2.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
