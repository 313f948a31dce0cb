# Chained imputations of Chile's voters by mice (m = 20), logits on each, and their pooling by
# mice. Run from this folder: Rscript mi_pool.R. Writes mi_pool.json. Answers of carData's Chile
# are deleted at random given age and sex; of the imputations only R's estimates are kept. D1 needs mitml.
suppressPackageStartupMessages({ library(jsonlite); library(mice) })
data(Chile, package = "carData")
chile <- droplevels(Chile[Chile$vote %in% c("Y", "N"), ])
chile$inc <- chile$income / 1e4
set.seed(7)
n <- nrow(chile)
chile$inc[runif(n) < plogis(-1.6 + .03 * (chile$age - 40))] <- NA
chile$education[runif(n) < .15] <- NA
chile$statusquo[runif(n) < plogis(-2 + .6 * (chile$sex == "M"))] <- NA
variables <- c("sex", "age", "education", "inc", "statusquo", "vote")
exact <- list(epsilon = 1e-14, maxit = 100)
imputed <- mice(chile[variables], m = 20, maxit = 10, seed = 42, printFlag = FALSE)
fits <- with(imputed, glm(vote == "Y" ~ sex + age + education + inc + statusquo, binomial, control = exact))$analyses
nested <- with(imputed, glm(vote == "Y" ~ sex + age + inc + statusquo, binomial, control = exact))$analyses
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
deviances <- function(fits) list(own = unname(sapply(fits, deviance)),
                                 pooled = deviance_at(fits, colMeans(b_of(fits))),
                                 mice = deviance_as_mice(fits, colMeans(b_of(fits))))
pooled <- pool(fits)
summary <- summary(pooled)
tests <- list(D1 = D1(as.mira(fits), as.mira(nested)), D3 = D3(as.mira(fits), as.mira(nested)))
tests <- lapply(tests, function(test) as.numeric(test$result))
values <- list(
  b = b_of(fits), V = unname(lapply(fits, function(fit) unname(vcov(fit)))),
  df_residual = fits[[1]]$df.residual, full = deviances(fits), nested = deviances(nested),
  D1 = tests$D1, D3 = tests$D3,
  pool = list(names = as.character(summary$term), b = summary$estimate, se = summary$std.error, df = summary$df,
              p = summary$p.value, fmi = pooled$pooled$fmi, riv = pooled$pooled$riv, lambda = pooled$pooled$lambda))
versions <- lapply(setNames(nm = c("jsonlite", "mice", "mitml", "carData")), function(name) as.character(packageVersion(name)))
source <- list(script = "mi_pool.R", R = R.version.string, packages = versions,
               data = "carData::Chile, with answers deleted at random given age and sex")
write_json(list(source = source, values = values), "mi_pool.json", digits = I(16), auto_unbox = TRUE)
