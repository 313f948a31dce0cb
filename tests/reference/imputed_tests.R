# Joint tests over given imputations by mitml (D1; Reiter's degrees of freedom where the complete
# data's are finite): doses of an exposure, differences of average effects, and effects divided by
# an attenuation, which Rubin's rules (mice::pool.scalar) pool.
# Run from this folder after imputed_effects.R: Rscript imputed_tests.R. Data: every fourth row of
# chile_yn.csv with the imputed answers of imputed_effects.json.
suppressPackageStartupMessages({ library(jsonlite); library(mice); library(mitml) })
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile <- chile[seq(1, nrow(chile), 4), ]
imputed <- read_json("imputed_effects.json", simplifyVector = TRUE)$values$imputed
m <- ncol(imputed$inc$values)
completed <- lapply(seq_len(m), function(i) {
  full <- chile
  for (name in names(imputed)) full[imputed[[name]]$rows, name] <- imputed[[name]]$values[, i]
  full
})
logit <- function(formula, d) glm(formula, binomial, d, control = list(epsilon = 1e-14, maxit = 100))
# D1 that all rows of `qhat` (q x m) are zero
D1_of <- function(estimates, spreads, df = NULL) {
  q <- nrow(estimates)
  rownames(estimates) <- paste0("v", seq_len(q))
  uhat <- array(unlist(spreads), c(q, q, m), list(rownames(estimates), rownames(estimates), NULL))
  test <- testConstraints(qhat = estimates, uhat = uhat, constraints = rownames(estimates),
                          method = "D1", df.com = df)$test
  list(statistic = test[[1]], df = test[[2]], df_2 = test[[3]], p_value = test[[4]])
}
pooled_of <- function(b, v, df) {
  one <- pool.scalar(b, v, n = df + 1, k = 1)
  list(statistic = one$qbar^2 / one$t, df = 1, df_2 = one$df,
       p_value = 2 * pt(-abs(one$qbar) / sqrt(one$t), one$df))
}
# Doses: income as a factor and as a number, other terms as they are
levels_of <- lapply(completed, function(d) logit(y ~ factor(inc) + sex + age, d))
lines_of <- lapply(completed, function(d) logit(y ~ inc + sex + age, d))
doses <- sort(unique(completed[[1]]$inc))
steps <- diff(doses)
k <- length(doses) - 1
dose_of <- function(L) D1_of(
  sapply(levels_of, function(f) drop(L %*% coef(f)[2:(k + 1)])),
  lapply(levels_of, function(f) L %*% vcov(f)[2:(k + 1), 2:(k + 1)] %*% t(L)))
slopes <- diag(1 / steps) %*% (diag(k) - rbind(0, cbind(diag(k - 1), 0)))
bends <- slopes[-1, , drop = FALSE] - slopes[-k, , drop = FALSE]
adjusted <- sapply(levels_of, function(f) sapply(doses, function(x) {
  d <- f$data; d$inc <- x; mean(predict(f, d, type = "response")) }))
# Average effects of income in each answer to education, everyone given each in turn
curves <- lapply(completed, function(d) logit(y ~ inc * education + age, d))
slope_at <- function(b, fit, level) {
  d <- fit$data; d$education <- factor(level, levels(fit$data$education))
  X <- model.matrix(delete.response(terms(fit)), d)
  p <- plogis(drop(X %*% b))
  product <- paste0("inc:education", level)
  slope <- b[["inc"]] + if (product %in% names(b)) b[[product]] else 0
  mean(p * (1 - p)) * slope
}
by <- levels(chile$education)
effects_of <- function(b, fit) sapply(by, function(level) slope_at(b, fit, level))
jacobian <- function(f, x) sapply(seq_along(x), function(j) {  # central differences, fourth order
  h <- 1e-3; e <- replace(0 * x, j, h)
  (8 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12 * h) })
differences <- function(f) { v <- effects_of(coef(f), f); v[-1] - v[1] }
spread_of <- function(f) {
  J <- jacobian(function(b) { v <- effects_of(b, f); v[-1] - v[1] }, coef(f))
  J %*% vcov(f) %*% t(J)
}
# The same of a linear model, whose complete data have n - p degrees of freedom
planes <- lapply(completed, function(d) lm(statusquo ~ inc * education + age, d))
products <- paste0("inc:education", by[-1])
# An exposure of a known reliability in each imputation: linear model of statusquo on income
rho <- .8
calibrated <- sapply(completed, function(d) {
  fit <- lm(statusquo ~ inc + age, d)
  r2 <- summary(lm(inc ~ age, d))$r.squared
  c(b = coef(fit)[["inc"]], v = vcov(fit)["inc", "inc"], lambda = (rho - r2) / (1 - r2), r2 = r2)
})
n <- nrow(chile)
corrected <- pool.scalar(calibrated["b", ] / calibrated["lambda", ],
                         calibrated["v", ] / calibrated["lambda", ]^2, n = n, k = 3)
values <- list(
  doses = list(at = doses, adjusted = rowMeans(adjusted), no_difference = dose_of(diag(k)),
               straight_line = dose_of(bends),
               no_trend = pooled_of(sapply(lines_of, function(f) coef(f)[["inc"]]),
                                    sapply(lines_of, function(f) vcov(f)["inc", "inc"]), 1e10)),
  equality = D1_of(sapply(curves, differences), lapply(curves, spread_of)),
  linear = D1_of(sapply(planes, function(f) coef(f)[products]),
                 lapply(planes, function(f) vcov(f)[products, products]), planes[[1]]$df.residual),
  calibrated = list(coefficient = corrected$qbar, error = sqrt(corrected$t), df = corrected$df,
                    attenuation = mean(calibrated["lambda", ]), r2 = mean(calibrated["r2", ])))
version <- function(name) as.character(packageVersion(name))
names <- c(jsonlite = "jsonlite", mice = "mice", mitml = "mitml")
source <- list(script = "imputed_tests.R", R = R.version.string,
               packages = lapply(names, version), data = "carData::Chile")
write_json(list(source = source, values = values), "imputed_tests.json", digits = I(16),
           auto_unbox = TRUE)
