# Logits on given imputations, pooled by mice: with the covariance and degrees of freedom of each
# imputation by clubSandwich (CR2, Satterthwaite), and joint tests by mice (D1, D3).
# Run from this folder: Rscript imputed_effects.R. Writes imputed_effects.json, which says who made
# it and holds the imputed answers (`rows` from 1). Data: every fourth row of chile_yn.csv
# (carData::Chile), answers deleted at random given age and sex.
suppressPackageStartupMessages({ library(jsonlite); library(mice); library(clubSandwich) })
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile <- chile[seq(1, nrow(chile), 4), ]
rownames(chile) <- NULL
d <- chile[, c("y", "sex", "age", "inc", "statusquo")]
set.seed(3)
d$inc[runif(nrow(d)) < plogis(-1.3 + .03 * (d$age - 40))] <- NA
d$statusquo[runif(nrow(d)) < plogis(-1.6 + .8 * (d$sex == "M"))] <- NA
incomplete <- c("inc", "statusquo")
imp <- mice(d, m = 6, maxit = 5, seed = 5, printFlag = FALSE)
logits <- function(formula) lapply(seq_len(imp$m), function(i)
  glm(formula, binomial, complete(imp, i), control = list(epsilon = 1e-14, maxit = 100)))
full <- logits(y ~ sex + age + inc + statusquo)
nested <- logits(y ~ age + statusquo)
# -2 log-likelihood of each data set with the coefficients' means. mice's D3 estimates the intercept
# again there; Meng and Rubin (1992) do not.
at_mean <- function(fits) {
  b <- rowMeans(sapply(fits, coef))
  sapply(fits, function(fit) -2 * sum(dbinom(fit$y, 1, plogis(model.matrix(fit) %*% b), log = TRUE)))
}
own <- mean(sapply(nested, deviance) - sapply(full, deviance))
fixed <- mean(at_mean(nested) - at_mean(full))
riv <- (imp$m + 1) / (2 * (imp$m - 1)) * (own - fixed)
# The average effect of one step of a number, and its gradient in the coefficients
slope_of <- function(fit, name) {
  X <- model.matrix(fit); p <- fitted(fit); w <- p * (1 - p)
  gradient <- colMeans(w * (1 - 2 * p) * X) * coef(fit)[[name]]
  gradient[[name]] <- gradient[[name]] + mean(w)
  list(estimate = mean(w) * coef(fit)[[name]], gradient = gradient)
}
tests_of <- function(fit) {
  V <- vcovCR(fit, cluster = chile$comm, type = "CR2")
  coefs <- coef_test(fit, vcov = V, test = "Satterthwaite")
  slopes <- lapply(incomplete, function(name) slope_of(fit, name))
  df_of <- function(g) Wald_test(fit, constraints = matrix(g, 1), vcov = V, test = "HTZ")$df_denom
  list(b = c(coef(fit), sapply(slopes, function(s) s$estimate)),
       v = c(coefs$SE^2, sapply(slopes, function(s) drop(s$gradient %*% V %*% s$gradient))),
       df = c(coefs$df, sapply(slopes, function(s) df_of(s$gradient))))
}
tests <- lapply(full, tests_of)
rows_of <- function(name) t(sapply(tests, function(one) unname(one[[name]])))
df <- colMeans(rows_of("df"))
pooled <- lapply(seq_along(df), function(j)
  pool.scalar(rows_of("b")[, j], rows_of("v")[, j], n = df[j] + 1, k = 1))
pick <- function(name) sapply(pooled, function(one) one[[name]])
classic <- pool(full, dfcom = Inf)$pooled
values <- list(
  imputed = lapply(imp$imp[incomplete], function(cells)
    list(rows = as.integer(rownames(cells)), values = unname(as.matrix(cells)))),
  CR2 = list(b = pick("qbar"), se = sqrt(pick("t")), df = pick("df"), riv = pick("r"),
             df_complete = df),
  classic = list(b = classic$estimate, se = sqrt(classic$t), df = classic$df,
                 riv = classic$riv, fmi = classic$fmi),
  D1 = as.numeric(D1(as.mira(full), as.mira(nested), dfcom = 1e10)$result),
  D3 = list(F = fixed / (2 * (1 + riv)), riv = riv,
            mice = as.numeric(D3(as.mira(full), as.mira(nested))$result)))
version <- function(name) as.character(packageVersion(name))
names <- c(jsonlite = "jsonlite", mice = "mice", clubSandwich = "clubSandwich")
source <- list(script = "imputed_effects.R", R = R.version.string,
               packages = lapply(names, version), data = "carData::Chile")
write_json(list(source = source, values = values), "imputed_effects.json", digits = I(16),
           auto_unbox = TRUE)
