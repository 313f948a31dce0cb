# Fit of models without an intercept, by summary.lm and glm of R; data: mtcars of R.
# Rscript no_intercept.R
library(jsonlite)
of <- function(fit) {
  s <- summary(fit)
  f <- unname(s$fstatistic)
  list(r2 = s$r.squared, r2_adjusted = s$adj.r.squared, f = f[1], df_model = f[2], df_residual = f[3],
       p_value = pf(f[1], f[2], f[3], lower.tail = FALSE), sigma = s$sigma)
}
binary <- glm(am ~ 0 + wt + qsec, binomial, mtcars, control = glm.control(epsilon = 1e-14))
lr <- binary$null.deviance - binary$deviance
result <- list(
  made_by = list(script = "no_intercept.R", r = R.version.string),
  data = as.list(mtcars[c("mpg", "wt", "qsec", "am", "cyl")]),
  ols = of(lm(mpg ~ 0 + wt + qsec, mtcars)),
  dummies = of(lm(mpg ~ factor(cyl) + wt, mtcars)),
  logit = list(null_deviance = binary$null.deviance, deviance = binary$deviance, lr = lr,
               df_model = binary$df.null - binary$df.residual,
               p_value = pchisq(lr, binary$df.null - binary$df.residual, lower.tail = FALSE)))
write(toJSON(result, auto_unbox = TRUE, digits = NA, pretty = 1), "no_intercept.json")
