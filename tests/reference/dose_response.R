# An outcome along the answers to an exposure in R: adjusted probabilities, trend, linearity.
# Run from this folder: Rscript dose_response.R. Writes dose_response.json, which says who made it.
# Data: chile_yn.csv (carData::Chile, voters for yes or no); the dose is age in five classes
# with unequal steps.
suppressPackageStartupMessages({ library(jsonlite); library(clubSandwich) })
exact <- list(epsilon = 1e-14, maxit = 100)
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile$dose <- c(0, 1, 2, 3, 5)[findInterval(chile$age, c(25, 35, 45, 60)) + 1]
line <- glm(y ~ dose + sex + inc, binomial, chile, control = exact)
levels <- glm(y ~ factor(dose) + sex + inc, binomial, chile, control = exact)

V <- function(fit) vcovCR(fit, cluster = chile$comm, type = "CR2")
wald <- function(fit, constraints) {
  test <- Wald_test(fit, constraints = constraints, vcov = V(fit), test = "HTZ")
  list(statistic = test$Fstat, df = test$df_num, df_2 = test$df_denom, p_value = test$p_val)
}
x <- c(0, 1, 2, 3, 5)
bends <- t(sapply(1:3, function(i) {
  row <- rep(0, 5)
  row[i:(i + 2)] <- c(1 / (x[i + 1] - x[i]), -1 / (x[i + 1] - x[i]) - 1 / (x[i + 2] - x[i + 1]),
                      1 / (x[i + 2] - x[i + 1]))
  row[-1]
}))
C <- cbind(0, bends, 0, 0)
adjusted <- sapply(x, function(answer) {
  everyone <- chile
  everyone$dose <- answer
  mean(predict(levels, everyone, type = "response"))
})
values <- list(
  adjusted = adjusted,
  no_difference = wald(levels, constrain_zero(2:5)),
  no_trend = wald(line, constrain_zero(2)),
  straight_line = wald(levels, C)
)
packages <- c("clubSandwich", "jsonlite")
source <- list(script = "dose_response.R", R = R.version.string, data = "data/chile_yn.csv",
               packages = lapply(setNames(nm = packages), function(p) {
                 as.character(packageVersion(p))
               }))
write_json(list(source = source, values = values), "dose_response.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
