# Quality of answers in R: Little's MCAR test, Mahalanobis distances, even-odd consistency.
# Run from this folder: Rscript quality.R. Writes quality.json, which says who made it.
# Data: datasets::airquality (written to data/airquality.csv), data/bfi.csv (psych::bfi).
# The EM algorithm is written out here, since norm and mvnmle are not at hand; the own
# test of naniar prints 35.1061288689702 (df 14) for airquality, from EM ended at a change of 1e-4.
suppressPackageStartupMessages(library(jsonlite))
write.csv(airquality, "data/airquality.csv", row.names = FALSE, na = "NA")
bfi <- read.csv("data/bfi.csv")

# Row by row, by sweeping the conditional means and covariances (Little & Rubin, 2002, 11.2).
em <- function(X, tolerance = 1e-13, most = 20000) {
  X <- X[rowSums(!is.na(X)) > 0, , drop = FALSE]
  n <- nrow(X); p <- ncol(X)
  mu <- colMeans(X, na.rm = TRUE)
  S <- diag(apply(X, 2, function(x) mean((x - mean(x, na.rm = TRUE))^2, na.rm = TRUE)))
  for (step in seq_len(most)) {
    T1 <- numeric(p); T2 <- matrix(0, p, p)
    for (i in seq_len(n)) {
      o <- !is.na(X[i, ]); x <- X[i, ]; C <- matrix(0, p, p)
      if (any(!o)) {
        B <- S[!o, o, drop = FALSE] %*% solve(S[o, o, drop = FALSE])
        x[!o] <- mu[!o] + B %*% (X[i, o] - mu[o])
        C[!o, !o] <- S[!o, !o] - B %*% S[o, !o, drop = FALSE]
      }
      T1 <- T1 + x; T2 <- T2 + tcrossprod(x) + C
    }
    new_mu <- T1 / n; new_S <- T2 / n - tcrossprod(new_mu)
    moved <- max(abs(new_mu - mu) / sqrt(diag(S)), abs(new_S - S) / sqrt(outer(diag(S), diag(S))))
    mu <- new_mu; S <- new_S
    if (moved < tolerance) break
  }
  list(mu = mu, S = S, steps = step)
}
little <- function(X) {
  X <- as.matrix(X)
  fit <- em(X)
  key <- apply(1 * !is.na(X), 1, paste, collapse = "")
  key <- factor(key[grepl("1", key)])
  X <- X[rowSums(!is.na(X)) > 0, , drop = FALSE]
  d2 <- 0; df <- -ncol(X)
  for (k in levels(key)) {
    rows <- X[key == k, , drop = FALSE]
    o <- !is.na(rows[1, ])
    away <- colMeans(rows[, o, drop = FALSE]) - fit$mu[o]
    d2 <- d2 + nrow(rows) * drop(crossprod(away, solve(fit$S[o, o], away)))
    df <- df + sum(o)
  }
  list(statistic = d2, df = df, p = pchisq(d2, df, lower.tail = FALSE), n = nrow(X),
       n_patterns = nlevels(key), mu = unname(fit$mu), steps = fit$steps)
}
# Items are turned by their keys; the halves of each of the five traits are items 1, 3, 5 and 2, 4.
items <- as.matrix(bfi[, 1:25])
keys <- c(-1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, 1, 1, -1)
turned <- sweep(items, 2, keys, function(x, k) ifelse(k == 1, x, 7 - x))
first <- turned[1:300, ]
even_odd <- apply(first, 1, function(x) {
  odd <- even <- numeric(5)
  for (s in 1:5) {
    own <- x[5 * (s - 1) + 1:5]
    odd[s] <- mean(own[c(1, 3, 5)], na.rm = TRUE); even[s] <- mean(own[c(2, 4)], na.rm = TRUE)
  }
  both <- !is.nan(odd) & !is.nan(even)
  if (sum(both) < 3 || sd(odd[both]) == 0 || sd(even[both]) == 0) return(NA)
  r <- cor(odd[both], even[both])
  max(2 * r / (1 + r), -1)
})
complete <- items[complete.cases(items), ]
values <- list(
  airquality = little(airquality),
  bfi = little(items[1:400, 1:10]),
  mahalanobis = unname(mahalanobis(complete, colMeans(complete), cov(complete))[1:200]),
  even_odd = unname(even_odd))
source <- list(script = "quality.R", R = R.version.string,
  packages = list(jsonlite = as.character(packageVersion("jsonlite"))),
  data = "data/airquality.csv (datasets::airquality), data/bfi.csv (psych::bfi)",
  printed = "naniar (CRAN, May 2024), tests/testthat/test-mcar-test.R: airquality 35.1061288689702, df 14, p .00141778113856683, 4 patterns")
write_json(list(source = source, values = values), "quality.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1, na = "null")
