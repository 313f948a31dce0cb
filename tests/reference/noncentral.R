# Intervals of standardised effects by R's own noncentral distributions and uniroot, and the
# classical tests of groups on psychTools::bfi (data/bfi.csv): base R.
library(jsonlite)
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-13)$root
g <- function(t, n1, n2) {
  df <- n1 + n2 - 2; s <- sqrt(1 / n1 + 1 / n2); j <- exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
  c(t, root(function(d) pt(t, df, d) - .975, t - 8, t + 8), root(function(d) pt(t, df, d) - .025, t - 8, t + 8)) * s * j
}
eta <- function(f, a, b) {
  n <- a + b + 1
  edge <- function(p) if (pf(f, a, b) <= p) 0 else root(function(l) pf(f, a, b, l) - p, 0, 500)
  l <- c(edge(.975), edge(.025)); c(a * f / (a * f + b), l / (l + n))
}
v <- function(x, n, r, k) {
  df <- (r - 1) * (k - 1); m <- n * (min(r, k) - 1)
  edge <- function(p) if (pchisq(x, df) <= p) 0 else root(function(l) pchisq(x, df, l) - p, 0, 500)
  sqrt(c(x, edge(.975), edge(.025)) / m)
}
out <- list(
  hedges_g = list(list(t = 2, n1 = 20, n2 = 20, value = g(2, 20, 20)), list(t = -3.4, n1 = 15, n2 = 60, value = g(-3.4, 15, 60)),
                  list(t = .2, n1 = 200, n2 = 150, value = g(.2, 200, 150))),
  eta_squared = list(list(f = 4, df1 = 2, df2 = 57, value = eta(4, 2, 57)), list(f = .5, df1 = 3, df2 = 96, value = eta(.5, 3, 96)),
                     list(f = 25, df1 = 4, df2 = 300, value = eta(25, 4, 300))),
  cramers_v = list(list(x = 6, n = 100, r = 2, k = 2, value = v(6, 100, 2, 2)), list(x = 40, n = 300, r = 3, k = 4, value = v(40, 300, 3, 4)),
                   list(x = 1, n = 50, r = 3, k = 3, value = v(1, 50, 3, 3)))
)
B <- read.csv("data/chile_yn.csv"); B$region <- factor(B$region)
t2 <- function(x) list(statistic = unname(x$statistic), df = unname(x$parameter), p = x$p.value)
out$groups <- list(
  student = t2(t.test(statusquo ~ sex, B, var.equal = TRUE)), welch = t2(t.test(statusquo ~ sex, B)),
  wilcoxon = t2(wilcox.test(statusquo ~ sex, B, exact = FALSE, correct = TRUE)),
  anova = t2(oneway.test(statusquo ~ region, B, var.equal = TRUE)), welch_anova = t2(oneway.test(statusquo ~ region, B)),
  kruskal = t2(kruskal.test(statusquo ~ region, B)), chisq = t2(chisq.test(table(B$region, B$education), correct = FALSE)),
  fisher = fisher.test(table(B$sex, B$y))$p.value)
write_json(list(source = list(script = "noncentral.R", R = R.version.string, packages = list(jsonlite = as.character(packageVersion("jsonlite"))), data = "data/chile_yn.csv (carData::Chile)"), values = out),
           "noncentral.json", auto_unbox = TRUE, digits = 15)
