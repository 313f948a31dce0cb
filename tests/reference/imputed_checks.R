# Checks of models over given imputations, pooled by mice: the square of the linear predictor of a
# logit (classic covariance; CR2 with the degrees of freedom of clubSandwich), RESET by D1, the area
# under the curve by Rubin's rules on the logit scale with DeLong's variance, mean inflation by car.
# Run from this folder: Rscript imputed_checks.R. Writes imputed_checks.json, which says who made
# it. Data: the imputations in imputed_effects.json.
suppressPackageStartupMessages({
  library(jsonlite); library(mice); library(clubSandwich); library(pROC); library(car)
})
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile <- chile[seq(1, nrow(chile), 4), ]
given <- fromJSON("imputed_effects.json")$values$imputed
sets <- lapply(1:6, function(i) {
  for (name in names(given)) chile[given[[name]]$rows, name] <- given[[name]]$values[, i]
  chile
})
logit <- function(formula, d) glm(formula, binomial, d, control = list(epsilon = 1e-14, maxit = 100))
fits <- lapply(sets, function(d) logit(y ~ sex + age + inc + statusquo, d))
squared <- Map(function(d, fit) {
  d$eta2 <- predict(fit)^2
  logit(y ~ sex + age + inc + statusquo + eta2, d)
}, sets, fits)
F_of <- function(found) {
  t <- found$qbar / sqrt(found$t)
  list(F = t^2, df_2 = found$df, p = 2 * pt(-abs(t), found$df))
}
b <- sapply(squared, function(fit) coef(fit)[["eta2"]])
classic <- sapply(squared, function(fit) vcov(fit)["eta2", "eta2"])
robust <- sapply(squared, function(fit) {
  test <- coef_test(fit, vcov = vcovCR(fit, cluster = chile$comm, type = "CR2"))
  c(test["eta2", "SE"]^2, test["eta2", "df_Satt"])
})

lines <- lapply(sets, function(d) lm(statusquo ~ sex + age + inc, d))
bent <- Map(function(d, fit) {
  d$f2 <- fitted(fit)^2; d$f3 <- fitted(fit)^3
  lm(statusquo ~ sex + age + inc + f2 + f3, d)
}, sets, lines)
reset <- as.numeric(D1(as.mira(bent), as.mira(lines), dfcom = df.residual(bent[[1]]))$result)

curves <- lapply(fits, function(fit) roc(fit$y, fitted(fit), quiet = TRUE, direction = "<"))
a <- sapply(curves, function(curve) as.numeric(auc(curve)))
area <- pool.scalar(qlogis(a), sapply(curves, var) / (a * (1 - a))^2, n = Inf)
reach <- qt(.975, area$df) * sqrt(area$t)
values <- list(
  link = list(classic = F_of(pool.scalar(b, classic, n = Inf)),
              CR2 = F_of(pool.scalar(b, robust[1, ], n = mean(robust[2, ]) + 1, k = 1))),
  reset = list(F = reset[1], df_2 = reset[3], p = reset[4]),
  area = list(auc = plogis(area$qbar), low = plogis(area$qbar - reach),
              high = plogis(area$qbar + reach)),
  inflation = unname(rowMeans(sapply(fits, vif))))
versions <- lapply(setNames(nm = c("mice", "clubSandwich", "pROC", "car", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "imputed_checks.R", R = R.version.string, packages = versions,
               data = "carData::Chile, imputed in imputed_effects.json")
write_json(list(source = source, values = values), "imputed_checks.json", digits = I(16),
           auto_unbox = TRUE)
