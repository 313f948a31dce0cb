# Partial proportional odds in R: coefficients by VGAM and by ordinal, errors by ordinal (observed
# information) and VGAM (expected), robust errors and average effects from numerical derivatives.
# Run from this folder: Rscript partial_ordered.R. Writes partial_ordered.json.
# Data: data/beps.csv (carData BEPS). Free of Blair, Europe and gender; the rest is parallel.
suppressPackageStartupMessages({ library(jsonlite); library(VGAM) })
beps <- read.csv("data/beps.csv", stringsAsFactors = TRUE)
beps$male <- as.integer(beps$gender == "male")
beps$ec <- factor(beps$economic.cond.national, ordered = TRUE)
y <- as.integer(beps$ec)
K <- nlevels(beps$ec)
group <- beps$age %/% 5

terms <- ec ~ age + Hague + Kennedy + political.knowledge + Blair + Europe + male
by_vgam <- function(family_of) {
  fits <- lapply(list(TRUE, FALSE ~ Blair + Europe + male), function(parallel)
    vglm(terms, data = beps, family_of(parallel), epsilon = 1e-10, maxit = 100))
  test <- lrtest(fits[[1]], fits[[2]])@Body
  free <- fits[[2]]
  list(names = names(coef(free)), b = unname(coef(free)), se = unname(sqrt(diag(vcov(free)))),
       log_likelihood = logLik(free), lr = test$Chisq[2], lr_df = abs(test$Df[2]), lr_p = test[["Pr(>Chisq)"]][2])
}
by_clm <- function(link, weights = rep(1, nrow(beps))) {
  control <- ordinal::clm.control(gradTol = 1e-10, maxIter = 500)
  ordinal::clm(ec ~ age + Hague + Kennedy + political.knowledge, nominal = ~ Blair + Europe + male,
               data = cbind(beps, weights), weights = weights, link = link, control = control)
}

# Ours: coefficients in the order parallel, free at threshold 1, 2, ..., then the thresholds
parallel_columns <- as.matrix(beps[c("age", "Hague", "Kennedy", "political.knowledge")])
free_columns <- as.matrix(beps[c("Blair", "Europe", "male")])
ends_of <- function(theta, free) {
  b <- theta[1:4]
  g <- matrix(theta[4 + 1:(3 * (K - 1))], 3)
  cuts <- theta[4 + 3 * (K - 1) + 1:(K - 1)]
  sapply(1:(K - 1), function(k) cuts[k] - parallel_columns %*% b - free %*% g[, k])
}
shares_of <- function(theta, free, F) {
  below <- cbind(0, F(ends_of(theta, free)), 1)
  below[, -1] - below[, -(K + 1)]
}
robust_of <- function(fit, F) {
  b <- coef(fit)
  nominal <- matrix(b[1:(4 * (K - 1))], K - 1)  # thresholds, then -Blair, -Europe, -male
  theta <- unname(c(b[-(1:(4 * (K - 1)))], t(-nominal[, -1]), nominal[, 1]))
  rows <- function(theta) log(shares_of(theta, free_columns, F)[cbind(seq_along(y), y)])
  theta <- theta - drop(solve(numDeriv::hessian(function(t) sum(rows(t)), theta), numDeriv::grad(function(t) sum(rows(t)), theta)))
  information <- -numDeriv::hessian(function(t) sum(rows(t)), theta)
  bread <- solve(information)
  scores <- numDeriv::jacobian(rows, theta)
  V <- function(S) bread %*% crossprod(S) %*% bread
  errors <- function(V) sqrt(diag(V))
  effect <- function(theta, step) {  # per unit of Blair on each category
    moved <- free_columns
    moved[, "Blair"] <- moved[, "Blair"] + step
    colMeans(shares_of(theta, moved, F))
  }
  slope <- function(theta) (effect(theta, 1e-4) - effect(theta, -1e-4)) / 2e-4
  contrast <- function(theta) {
    one <- zero <- free_columns
    one[, "male"] <- 1
    zero[, "male"] <- 0
    colMeans(shares_of(theta, one, F) - shares_of(theta, zero, F))
  }
  delta <- function(f) {
    J <- numDeriv::jacobian(f, theta)
    list(estimate = f(theta), se = sqrt(diag(J %*% bread %*% t(J))))
  }
  list(theta = theta, se = errors(bread), HC0 = errors(V(scores)), CR0 = errors(V(rowsum(scores, group))),
       log_likelihood = sum(rows(theta)), Blair = delta(slope), male = delta(contrast))
}
clm_of <- function(fit) list(names = names(coef(fit)), b = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), log_likelihood = as.numeric(logLik(fit)))
logit <- by_clm("logit")
probit <- by_clm("probit")
values <- list(
  logit = list(vgam = by_vgam(function(parallel) cumulative("logitlink", parallel = parallel)), clm = clm_of(logit),
    weighted = unname(coef(by_clm("logit", beps$age / 50))), ours = robust_of(logit, plogis)),
  probit = list(vgam = by_vgam(function(parallel) cumulative("probitlink", parallel = parallel)), clm = clm_of(probit), ours = robust_of(probit, pnorm)))
versions <- lapply(setNames(nm = c("VGAM", "ordinal", "numDeriv", "jsonlite")), function(name) as.character(packageVersion(name)))
write_json(list(source = list(script = "partial_ordered.R", R = R.version.string, packages = versions), values = values),
           "partial_ordered.json", digits = I(16), auto_unbox = TRUE, pretty = 1)
