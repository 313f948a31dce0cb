# Times of R for benchmarks/measurement.py: the least of some runs, in seconds, as JSON.
# Rscript measurement.R bfi.csv
suppressPackageStartupMessages({ library(lavaan); library(psych) })
answers <- read.csv(commandArgs(TRUE)[1])[, 1:25]
answers <- answers[complete.cases(answers), ]
least <- function(runs, expression) {
  code <- substitute(expression); frame <- parent.frame()
  min(replicate(runs, system.time(eval(code, frame))[["elapsed"]]))
}
quiet <- function(x) suppressMessages(suppressWarnings(x))
lavcor <- least(8, lavCor(answers, ordered = names(answers)))
poly <- least(4, quiet(polychoric(answers)))
# a lean loop: sums by how often each row was drawn, no covariance matrices
scale <- as.matrix(answers[, 1:5]); scale[, 1] <- 7 - scale[, 1]
alphas <- function(X, reps = 1000) {
  n <- nrow(X); k <- ncol(X); sums <- cbind(X, rowSums(X^2), rowSums(X)^2)
  vapply(seq_len(reps), function(rep) {
    m <- drop(tabulate(sample.int(n, n, TRUE), n) %*% sums) / n
    k / (k - 1) * (1 - (m[k + 1] - sum(m[1:k]^2)) / (m[k + 2] - sum(m[1:k])^2))
  }, 0)
}
bootstrap <- least(8, alphas(scale))
cat(sprintf('{"lavCor": %.4f, "polychoric": %.4f, "bootstrap": %.4f}\n', lavcor, poly, bootstrap))
