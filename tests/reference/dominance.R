# Dominance analysis by all orders of entry, and adjusted p-values, in R.
# Run from this folder: Rscript dominance.R. Writes dominance.json, which says who made it.
# Data: anes96.csv (statsmodels' anes96). General dominance is the mean over all orders in which
# predictors may enter of what each adds when its turn comes.
suppressPackageStartupMessages(library(jsonlite))
anes <- read.csv("data/anes96.csv")
exact <- list(epsilon = 1e-14, maxit = 100)
mcfadden <- function(terms) {
  fit <- glm(reformulate(c("1", terms), "vote"), binomial, anes, control = exact)
  1 - deviance(fit) / fit$null.deviance
}
r2 <- function(terms) summary(lm(reformulate(c("1", terms), "vote"), anes))$r.squared
orders_of <- function(x) {
  if (length(x) == 1) return(list(x))
  do.call(c, lapply(seq_along(x), function(i) lapply(orders_of(x[-i]), function(o) c(x[i], o))))
}
general <- function(measure, predictors, always) {
  orders <- orders_of(names(predictors))
  added <- sapply(orders, function(order) {
    steps <- sapply(0:length(order), function(s)
      measure(c(always, unlist(predictors[head(order, s)]))))
    setNames(diff(steps), order)[names(predictors)]
  })
  unname(rowMeans(added))
}
alone <- list(TVnews = "TVnews", selfLR = "selfLR", educ = "educ", income = "income")
blocks <- list(media = "TVnews", place = c("educ", "income"), ideology = "selfLR")
p <- c(.001, .04, .03, .2, .012, .9, .04)
values <- list(logit = general(mcfadden, alone, NULL), lpm = general(r2, alone, NULL),
               blocks = general(mcfadden, blocks, "age"),
               p = p, holm = p.adjust(p, "holm"), BH = p.adjust(p, "BH"))
source <- list(script = "dominance.R", R = R.version.string,
               packages = list(jsonlite = as.character(packageVersion("jsonlite"))),
               data = "data/anes96.csv (statsmodels anes96)")
write_json(list(source = source, values = values), "dominance.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
