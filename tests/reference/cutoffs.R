# Distributions of fit indices where a model is right and where it is wrong, by lavaan's fits of
# samples drawn from populations written out here (McNeish & Wolf, 2023,
# https://doi.org/10.1037/met0000425; McNeish, 2023, https://doi.org/10.1037/amp0001213).
# Writes cutoffs.json. Takes some minutes.
source("sem_common.R")
set.seed(20240501)
quantiles <- function(x) apply(x, 2, quantile, c(.05, .10, .90, .95), na.rm = TRUE)
standardised <- function(fit) {
  s <- lavInspect(fit, "std")
  list(lambda = unclass(s$lambda), psi = unclass(s$psi))
}
population <- function(lambda, psi, errors = list()) {
  common <- lambda %*% psi %*% t(lambda)
  theta <- diag(1 - diag(common))
  dimnames(theta) <- dimnames(common)
  for (pair in errors) {
    cov <- 0.3 * sqrt(theta[pair[1], pair[1]] * theta[pair[2], pair[2]])
    theta[pair[1], pair[2]] <- theta[pair[2], pair[1]] <- cov
  }
  common + theta
}
normal <- function(model, sigma, n, reps) {
  found <- t(replicate(reps, {
    x <- matrix(rnorm(n * ncol(sigma)), n) %*% chol(sigma)
    colnames(x) <- colnames(sigma)
    fit <- suppressWarnings(cfa(model, sample.cov = cov(x), sample.nobs = n, se = "none"))
    fitMeasures(fit, c("srmr", "rmsea", "cfi"))
  }))
  quantiles(found)
}
ordinal <- function(model, sigma, thresholds, n, reps) {
  found <- t(replicate(reps, {
    x <- matrix(rnorm(n * ncol(sigma)), n) %*% chol(sigma)
    codes <- sapply(seq_len(ncol(x)), function(j) findInterval(x[, j], thresholds[[j]]) + 1)
    codes <- as.data.frame(codes); names(codes) <- colnames(sigma)
    fit <- try(suppressWarnings(cfa(model, codes, ordered = names(codes), estimator = "WLSMV")), TRUE)
    if (inherits(fit, "try-error")) rep(NA, 3) else fitMeasures(fit, c("srmr", "rmsea.scaled", "cfi.scaled"))
  }))
  quantiles(found)
}
values <- list()
# three factors: x2 is the weakest item and textual the best measured factor; then x7
fit <- cfa(hs_model, hs)
s <- standardised(fit)
l1 <- l2 <- s$lambda
l1["x2", "textual"] <- l2["x2", "textual"] <- s$lambda["x2", "visual"]
l2["x7", "textual"] <- s$lambda["x7", "speed"]
values$three <- list(n = nobs(fit),
  right = normal(hs_model, population(s$lambda, s$psi), nobs(fit), 400),
  level1 = normal(hs_model, population(l1, s$psi), nobs(fit), 400),
  level2 = normal(hs_model, population(l2, s$psi), nobs(fit), 400))
# one factor of nine items: four pairs from the weakest loading on; one, two and four of them
one <- paste("g =~", paste(hs_items, collapse = "+"))
fit <- cfa(one, hs)
s <- standardised(fit)
items <- rownames(s$lambda)[order(abs(s$lambda[, 1]))]
pairs <- lapply(1:4, function(k) items[2 * k - 1:0])
values$one <- list(n = nobs(fit), pairs = pairs,
  right = normal(one, population(s$lambda, s$psi), nobs(fit), 400),
  level1 = normal(one, population(s$lambda, s$psi, pairs[1]), nobs(fit), 400),
  level2 = normal(one, population(s$lambda, s$psi, pairs[1:2]), nobs(fit), 400),
  level3 = normal(one, population(s$lambda, s$psi, pairs), nobs(fit), 400))
# ordered answers: neuroticism, every fifth complete respondent
rows <- bfi[complete.cases(bfi[, paste0("N", 1:5)]), paste0("N", 1:5)]
rows <- rows[seq(1, nrow(rows), by = 5), ]
n5 <- "N =~ N1+N2+N3+N4+N5"
fit <- cfa(n5, rows, ordered = names(rows), estimator = "WLSMV")
s <- standardised(fit)
th <- lavInspect(fit, "th")
thresholds <- lapply(names(rows), function(item) sort(th[startsWith(names(th), paste0(item, "|"))]))
items <- rownames(s$lambda)[order(abs(s$lambda[, 1]))]
pairs <- list(items[1:2], items[3:4])
values$ordinal <- list(n = nobs(fit), pairs = pairs,
  right = ordinal(n5, population(s$lambda, s$psi), thresholds, nobs(fit), 150),
  level1 = ordinal(n5, population(s$lambda, s$psi, pairs[1]), thresholds, nobs(fit), 150),
  level2 = ordinal(n5, population(s$lambda, s$psi, pairs), thresholds, nobs(fit), 150))
write_reference(values, "cutoffs.R")
