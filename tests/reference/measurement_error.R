# A coefficient corrected for error in its exposure in R, by two roads that share no formula:
# regression calibration (E(X | W, Z) in the place of W) and the matrix of moments without the
# error's variance. Run from this folder: Rscript measurement_error.R.
# Writes measurement_error.json, which says who made it.
# Data: bfi.csv (psychTools::bfi): neuroticism (mean of N1 to N5) by conscientiousness (mean of
# C1 to C5, two of them turned), age and gender.
suppressPackageStartupMessages({ library(jsonlite); library(lavaan); library(sandwich) })
bfi <- read.csv("data/bfi.csv")
bfi$C4 <- 7 - bfi$C4
bfi$C5 <- 7 - bfi$C5
items <- paste0("C", 1:5)
data <- bfi[complete.cases(bfi[c(items, paste0("N", 1:5), "age", "gender")]), ]
data$W <- rowMeans(data[items])
data$y <- rowMeans(data[paste0("N", 1:5)])
data$high <- as.integer(data$y > 3.5)

fit <- cfa(paste("f =~", paste(items, collapse = " + ")), data[items], std.lv = TRUE)
estimates <- parameterEstimates(fit)
loadings <- estimates$est[estimates$op == "=~"]
residuals <- estimates$est[estimates$op == "~~" & estimates$lhs %in% items]
omega <- sum(loadings)^2 / (sum(loadings)^2 + sum(residuals))

# Regression calibration: the expected true exposure from the measured one and the other terms.
error <- (1 - omega) * var(data$W)
S <- cov(data[c("W", "age", "gender")])
T <- S
T[1, 1] <- S[1, 1] - error
blp <- T[1, ] %*% solve(S)
centered <- scale(as.matrix(data[c("W", "age", "gender")]), scale = FALSE)
data$X <- mean(data$W) + drop(centered %*% t(blp))
exact <- list(epsilon = 1e-14, maxit = 100)
logit <- function(name) {
  glm(reformulate(c(name, "age", "gender"), "high"), binomial, data, control = exact)
}
naive <- lm(y ~ W + age + gender, data)
calibrated <- lm(y ~ X + age + gender, data)
moments <- solve(T, cov(data[c("W", "age", "gender")], data$y))
ame <- function(fit, name) mean(fit$family$mu.eta(predict(fit))) * coef(fit)[[name]]

values <- list(n = nrow(data), omega = omega, attenuation = blp[1],
  r2 = summary(lm(W ~ age + gender, data))$r.squared,
  naive = coef(naive)[["W"]], naive_hc3 = sqrt(vcovHC(naive, type = "HC3")[2, 2]),
  calibrated = coef(calibrated)[["X"]], moments = moments[1],
  calibrated_hc3 = sqrt(vcovHC(calibrated, type = "HC3")[2, 2]),
  logit = coef(logit("X"))[["X"]], logit_ame = ame(logit("X"), "X"),
  logit_naive_ame = ame(logit("W"), "W"))
packages <- c("lavaan", "sandwich", "jsonlite")
source <- list(script = "measurement_error.R", R = R.version.string, data = "data/bfi.csv",
               packages = lapply(setNames(nm = packages), function(p) {
                 as.character(packageVersion(p))
               }))
write_json(list(source = source, values = values), "measurement_error.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
