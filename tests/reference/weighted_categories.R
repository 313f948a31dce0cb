# Probits, ordered logits and probits and multinomial logits with weights under a survey design, in R.
# Run from this folder: Rscript weighted_categories.R. Writes weighted_categories.json, which
# says who made it. Estimates are of MASS::polr and nnet::multinom, stepped to the end by Newton
# on numerical derivatives (numDeriv) of the weighted log-likelihood; covariances are survey's
# svyrecvar of the influence values; probits are svyglm's. Data: ces11.csv (carData::CES11).
suppressPackageStartupMessages({
  library(jsonlite); library(survey); library(MASS); library(nnet); library(numDeriv)
})
ces <- read.csv("data/ces11.csv")
ces$w <- ces$weight / mean(ces$weight)
X <- model.matrix(~ gender + urban + ab, ces)
y <- ces$imp
K <- max(y)
p <- ncol(X)

ordered_rows <- function(link) function(theta) {
  eta <- c(X[, -1] %*% theta[1:(p - 1)])
  ends <- c(-Inf, theta[p:(p + K - 2)], Inf)
  log(link(ends[y + 1] - eta) - link(ends[y] - eta))
}
multinomial_rows <- function(theta) {
  eta <- cbind(0, X %*% matrix(theta, p))
  eta[cbind(seq_along(y), y)] - log(rowSums(exp(eta)))
}
design <- svydesign(ids = ~1, strata = ~province, weights = ~w, data = ces)
units <- svydesign(ids = ~province, weights = ~w, data = ces)
model_of <- function(start, rows) {
  total <- function(theta) sum(ces$w * rows(theta))
  theta <- start
  for (step in 1:4) theta <- theta - solve(hessian(total, theta), grad(total, theta))
  bread <- solve(-hessian(total, theta))
  influence <- (ces$w * jacobian(rows, theta)) %*% bread
  se_of <- function(d) unname(sqrt(diag(svyrecvar(influence, d$cluster, d$strata, d$fpc))))
  scores <- rowsum(influence, ces$province)
  G <- nrow(scores)
  n <- nrow(ces)
  list(b = unname(theta), strata = se_of(design), units = se_of(units),
       hc0 = sqrt(diag(crossprod(influence))),
       cr1 = unname(sqrt(diag(crossprod(scores)) * G / (G - 1) * (n - 1) / (n - length(theta)))))
}
ordered_fit <- function(method) {
  fit <- suppressWarnings(polr(factor(imp) ~ gender + urban + ab, ces, weights = w, method = method))
  c(coef(fit), fit$zeta)
}
multinomial_fit <- suppressWarnings(multinom(factor(imp) ~ gender + urban + ab, ces, weights = w,
                                             trace = FALSE, reltol = 1e-12, maxit = 500))
probit <- function(start) svyglm(ab ~ imp + gender + urban, design, start = start,
                                 family = quasibinomial("probit"), epsilon = 1e-14, maxit = 100)
probit <- probit(coef(probit(NULL)))
values <- list(
  probit = list(b = unname(coef(probit)), strata = unname(sqrt(diag(vcov(probit))))),
  ordered_logit = model_of(ordered_fit("logistic"), ordered_rows(plogis)),
  ordered_probit = model_of(ordered_fit("probit"), ordered_rows(pnorm)),
  multinomial = model_of(c(t(coef(multinomial_fit))), multinomial_rows))
versions <- lapply(setNames(nm = c("survey", "MASS", "nnet", "numDeriv", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "weighted_categories.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11)")
write_json(list(source = source, values = values), "weighted_categories.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
