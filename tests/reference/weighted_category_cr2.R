# CR2 with Satterthwaite df of ordered and multinomial models with probability weights, in R.
# Run from this folder: Rscript weighted_category_cr2.R. Writes weighted_category_cr2.json,
# which says who made it. clubSandwich has no CR2 for these models, but for linear ones with
# weights that are not inverse variances (inverse_var = FALSE). An answer becomes the rows V^(1/2) J
# with the residuals V^(-1/2) s, where s are the derivatives of its log-likelihood by its linear
# predictors, V minus the second ones, and J the predictors' derivatives by the parameters: the
# linear model of these rows has the model's scores and information, and Pearson residuals with
# the working covariance I. Estimates are of MASS::polr and nnet::multinom, stepped to the end.
# Data: every 4th row of ces11.csv (carData::CES11).
suppressPackageStartupMessages({
  library(jsonlite); library(clubSandwich); library(MASS); library(nnet)
})
ces <- read.csv("data/ces11.csv")
ces <- ces[seq(1, nrow(ces), 4), ]
ces$w <- ces$weight / mean(ces$weight)
X <- model.matrix(~ gender + urban + ab, ces)
n <- nrow(X)
p <- ncol(X)

# Derivatives of one answer's log-likelihood: s, V and J, by row
ordered_parts <- function(y, cdf, pdf, slope) function(theta) {
  eta <- c(X[, -1] %*% theta[1:(p - 1)])
  ends <- c(-Inf, theta[p:length(theta)], Inf)
  cuts <- length(ends) - 2
  lapply(seq_len(n), function(i) {
    at <- ends[y[i] + 1:0] - eta[i]  # the upper end, the lower end
    P <- cdf(at[1]) - cdf(at[2])
    f <- ifelse(is.finite(at), pdf(at), 0) * c(1, -1)
    bend <- ifelse(is.finite(at), slope(at), 0) * c(1, -1)
    J <- cbind(rbind(-X[i, -1], -X[i, -1]), outer(y[i] - 0:1, seq_len(cuts), "==") + 0)
    list(s = f / P, V = tcrossprod(f / P) - diag(bend / P), J = J)
  })
}
multinomial_parts <- function(y) function(theta) {
  odds <- exp(cbind(0, X %*% matrix(theta, p)))
  shares <- (odds / rowSums(odds))[, -1, drop = FALSE]
  lapply(seq_len(n), function(i) list(
    s = (y[i] == 1 + seq_len(ncol(shares))) - shares[i, ],
    V = diag(shares[i, ], ncol(shares)) - tcrossprod(shares[i, ]),
    J = diag(ncol(shares)) %x% X[i, , drop = FALSE]))
}
root_of <- function(V) {  # with V = root' root
  e <- eigen(V, symmetric = TRUE)
  kept <- e$values > 1e-12 * e$values[1]
  list(root = sqrt(e$values[kept]) * t(e$vectors[, kept, drop = FALSE]),
       inverse = t(e$vectors[, kept, drop = FALSE]) / sqrt(e$values[kept]))
}
tests_of <- function(theta, parts) {
  for (step in 1:8) {
    rows <- parts(theta)
    gradient <- Reduce(`+`, Map(function(r, w) w * drop(t(r$J) %*% r$s), rows, ces$w))
    information <- Reduce(`+`, Map(function(r, w) w * t(r$J) %*% r$V %*% r$J, rows, ces$w))
    theta <- theta + solve(information, gradient)
  }
  rows <- parts(theta)
  roots <- lapply(rows, function(r) root_of(r$V))
  B <- unname(do.call(rbind, Map(function(a, r) a$root %*% r$J, roots, rows)))
  e <- unlist(Map(function(a, r) a$inverse %*% r$s, roots, rows))
  times <- sapply(roots, function(a) nrow(a$root))
  of <- rep(seq_len(n), times)
  data <- data.frame(z = unname(e + drop(B %*% theta)), w = ces$w[of])
  fit <- lm(z ~ B - 1, data, weights = w)
  V <- vcovCR(fit, cluster = ces$province[of], type = "CR2", target = rep(1, nrow(data)),
              inverse_var = FALSE)
  tests <- coef_test(fit, vcov = V, test = "Satterthwaite")
  joint <- Wald_test(fit, constrain_zero(1:2), vcov = V, test = "HTZ")
  list(b = unname(theta), se = tests$SE, df = tests$df, V01 = V[1, 2], F = joint$Fstat,
       df_denom = joint$df_denom)
}
ordered_start <- function(method) {
  fit <- suppressWarnings(polr(factor(imp) ~ gender + urban + ab, ces, weights = w, method = method))
  c(coef(fit), fit$zeta)
}
multinomial_start <- function(y)
  c(t(coef(suppressWarnings(multinom(factor(y) ~ gender + urban + ab, ces, weights = w, trace = FALSE)))))
probit_slope <- function(x) -x * dnorm(x)
logit_slope <- function(x) dlogis(x) * (1 - 2 * plogis(x))
halves <- 1 + (ces$imp > 2)
values <- list(
  ordered_logit = tests_of(ordered_start("logistic"), ordered_parts(ces$imp, plogis, dlogis, logit_slope)),
  ordered_probit = tests_of(ordered_start("probit"), ordered_parts(ces$imp, pnorm, dnorm, probit_slope)),
  multinomial = tests_of(multinomial_start(ces$imp), multinomial_parts(ces$imp)),
  two = tests_of(multinomial_start(halves), multinomial_parts(halves)))
versions <- lapply(setNames(nm = c("clubSandwich", "MASS", "nnet", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "weighted_category_cr2.R", R = R.version.string, packages = versions,
               data = "every 4th row of data/ces11.csv (carData::CES11)")
write_json(list(source = source, values = values), "weighted_category_cr2.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
