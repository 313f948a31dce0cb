source("scales_common.R"); suppressPackageStartupMessages(library(lavaan))
lower <- function(M) { M <- unclass(as.matrix(M)); unname(M[lower.tri(M)]) }
fit_saturated <- function(x, ...) suppressWarnings(lavCor(x, ordered = names(x), output = "fit", se = "standard", ...))
pair <- function(counts, values) as.data.frame(values[rep(seq_len(nrow(values)), counts), ])
block <- function(x, ...) {
  fit <- fit_saturated(x, ...)
  stats <- lavInspect(fit, "sampstat"); gamma <- unclass(lavInspect(fit, "gamma"))
  list(correlations = lower(stats$cov), thresholds = unname(unclass(stats$th)), n = lavInspect(fit, "ntotal"),
       gamma_diagonal = unname(diag(gamma)))
}
# other numbers of categories: two, three and six, and one two-by-two table with an empty cell
mixed <- complete[, c("A1", "A2", "C1", "C4", "N1", "N2")]
mixed$A1 <- ifelse(mixed$A1 > 2, 1, 0); mixed$A2 <- ifelse(mixed$A2 > 3, 1, 0)
mixed$C1 <- cut(mixed$C1, c(0, 3, 5, 6), labels = FALSE); mixed$C4 <- cut(mixed$C4, c(0, 1, 2, 3, 6), labels = FALSE)
cells <- as.matrix(expand.grid(u = 0:1, v = 0:1))
empty <- lapply(list(c(40, 0, 25, 35), c(0, 31, 22, 47), c(50, 0, 0, 30)), function(n) pair(n, cells))
values <- list(
  listwise = block(complete), pairwise = block(bfi[, 1:10], missing = "pairwise"), mixed = block(mixed),
  empty = lapply(empty, function(x) suppressWarnings(lavCor(x, ordered = names(x)))[2, 1])
)
# polyserial: four ordered items with two numbers
serial <- cbind(mixed[, c("A1", "C1", "C4", "N1")], score = rowMeans(complete[, 11:15]), total = rowSums(complete[, 16:20]))
fit <- suppressWarnings(lavCor(serial, ordered = names(serial)[1:4], output = "fit", se = "standard"))
obs <- lavInspect(fit, "wls.obs"); V <- unclass(lavInspect(fit, "gamma")) / nrow(serial)
standardise <- function(item, number) { # the correlation is the covariance by the number's deviation
  at <- match(c(paste0(item, "~~", number), paste0(number, "~~", number)), names(obs)); e <- unname(obs[at])
  slope <- c(1 / sqrt(e[2]), -e[1] / (2 * e[2]^1.5))
  list(correlation = e[1] / sqrt(e[2]), std_error = sqrt(drop(slope %*% V[at, at] %*% slope)))
}
values$polyserial <- lapply(c(score = "score", total = "total"), function(number)
  lapply(setNames(nm = names(serial)[1:4]), standardise, number = number))
# what smoothing makes of a matrix that no data can have
impossible <- matrix(c(1, .9, .1, .9, 1, .9, .1, .9, 1), 3)
values$smoothed <- list(before = impossible, after = suppressWarnings(cor.smooth(impossible)))
write_reference(values, "polychorics.R", c("psych", "lavaan"))
