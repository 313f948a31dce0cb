# Logits on 20 imputations of Chile's voters by mice, and their pooling by mice.
# Run from this folder with the imputations: Rscript mi_pool.R chile_mi20.csv mimed.json
# Writes mi_pool.json, which says who made it. The imputations (mice 3.15.0, m = 20, maxit = 10,
# seed = 42) and mice's pooled results are too large, or need mice, to be made again here:
# what is kept are R's estimates on each of them.
suppressPackageStartupMessages(library(jsonlite))
paths <- commandArgs(trailingOnly = TRUE)
data <- read.csv(paths[1], stringsAsFactors = TRUE)
exact <- list(epsilon = 1e-14, maxit = 100)
full <- vote == "Y" ~ sex + age + education + inc + statusquo
without <- vote == "Y" ~ sex + age + inc + statusquo
fits_of <- function(formula)
  lapply(split(data, data$.imp), function(d) glm(formula, binomial, d, control = exact))
b_of <- function(fits) t(unname(sapply(fits, coef)))
# -2 log-likelihood of each data set at given coefficients
deviance_at <- function(fits, b) sapply(unname(fits), function(fit) {
  eta <- drop(model.matrix(fit) %*% b)
  -2 * sum(fit$y * eta - log1p(exp(eta)))
})
# As mice's D3 has it: the intercept estimated again in each data set
deviance_as_mice <- function(fits, b) sapply(unname(fits), function(fit) {
  eta <- drop(model.matrix(fit) %*% b)
  deviance(glm(fit$y ~ 1 + offset(eta), binomial, control = exact))
})
fits <- fits_of(full)
nested <- fits_of(without)
deviances <- function(fits) list(own = unname(sapply(fits, deviance)),
                                 pooled = deviance_at(fits, colMeans(b_of(fits))),
                                 mice = deviance_as_mice(fits, colMeans(b_of(fits))))
mice <- fromJSON(paths[2])
values <- list(
  b = b_of(fits), V = unname(lapply(fits, function(fit) unname(vcov(fit)))),
  df_residual = fits[[1]]$df.residual, full = deviances(fits), nested = deviances(nested),
  pool = mice$pool, D1 = as.numeric(unlist(mice$Dtests$D1)), D3 = as.numeric(unlist(mice$Dtests$D3)))
source <- list(script = "mi_pool.R", R = R.version.string,
               packages = list(jsonlite = as.character(packageVersion("jsonlite")),
                               mice = mice$versions$mice),
               data = "carData::Chile, with answers deleted at random given age and sex")
write_json(list(source = source, values = values), "mi_pool.json", digits = I(16),
           auto_unbox = TRUE)
