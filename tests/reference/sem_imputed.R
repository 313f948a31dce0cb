# Models of imputed answers: the moments of five imputed data sets pooled by Rubin's rules, and
# lavaan fitted once to them with n times their total covariance matrix (Lee & Cai, 2012; Chung &
# Cai, 2019). How the answers were imputed does not matter here: each gap is filled by an answer
# drawn from those given to the item. Writes sem_imputed.json and data/imputed.csv.
source("sem_common.R")
set.seed(3)
items <- c(paste0("A", 1:3), paste0("C", 1:3))
answers <- bfi[bfi$age > 17, c(items, "gender")][1:700, ]
answers <- answers[complete.cases(answers), ]
answers <- answers[order(answers$gender), ]
answers[items][matrix(runif(nrow(answers) * 6) < .15, ncol = 6)] <- NA
filled <- function(one) { gap <- is.na(one); one[gap] <- sample(one[!gap], sum(gap), TRUE); one }
sets <- lapply(1:5, function(i) { answers[items] <- lapply(answers[items], filled); answers })
write.csv(cbind(set = rep(1:5, each = nrow(answers)), do.call(rbind, sets)), "data/imputed.csv",
          row.names = FALSE)
model <- "A =~ A1 + A2 + A3
C =~ C1 + C2 + C3"
given <- "A =~ A1 + A2 + A3
C =~ C1 + C2 + C3
C ~ A"
m <- length(sets)
# one group's moments, pooled; lavaan's order is thresholds (or means), then covariances
pooled <- function(fits) {
  moments <- sapply(fits, function(fit) fit@SampleStats@WLS.obs[[1]])
  within <- Reduce(`+`, lapply(fits, function(fit) fit@SampleStats@NACOV[[1]])) / m
  n <- nobs(fits[[1]])
  total <- within + n * (1 + 1 / m) * cov(t(moments))
  list(moments = rowMeans(moments), gamma = total, n = n,
       share = mean(1 - diag(within) / diag(total)))
}
ordinal <- lapply(sets, function(one) cfa(model, one, ordered = items))
wlsmv <- function(model, estimator = "WLSMV", ...) {
  first <- sem(model, sets[[1]], ordered = items, estimator = estimator, ...)
  fits <- lapply(sets, function(one) sem(model, one, ordered = items, estimator = estimator, ...))
  own <- pooled(fits)
  stats <- first@SampleStats
  stats@WLS.obs[[1]] <- own$moments
  n_th <- length(stats@th[[1]])
  stats@th[[1]] <- own$moments[1:n_th]
  correlations <- lav_matrix_vech_reverse(own$moments[-(1:n_th)], diagonal = FALSE)
  diag(correlations) <- 1
  stats@cov[[1]][] <- correlations
  stats@NACOV[[1]] <- own$gamma
  if (estimator == "WLSMV") {
    stats@WLS.VD[[1]] <- 1 / diag(own$gamma)
    stats@WLS.V[[1]] <- diag(1 / diag(own$gamma))
  }
  fit <- sem(model, sets[[1]], ordered = items, estimator = estimator, slotSampleStats = stats, ...)
  c(kept_fit(fit), share = own$share)
}
# numbers: means, then covariances; lavaan's moments have divisor n
numbers <- function() {
  fits <- lapply(sets, function(one) cfa(model, one, estimator = "MLM", meanstructure = TRUE))
  gammas <- lapply(fits, function(fit) lavInspect(fit, "gamma"))
  covs <- lapply(sets, function(one) cov(one[items])); means <- sapply(sets, function(one) colMeans(one[items]))
  n <- nrow(answers)
  moments <- rbind(means, sapply(covs, lav_matrix_vech))
  total <- Reduce(`+`, lapply(gammas, unclass)) / m + n * (1 + 1 / m) * cov(t(moments))
  fit <- cfa(model, sample.cov = Reduce(`+`, covs) / m, sample.mean = rowMeans(means),
             sample.nobs = n, estimator = "MLM", meanstructure = TRUE, NACOV = total)
  kept_fit(fit)
}
values <- list(model = model, given = given, WLSMV = wlsmv(model),
               theta = wlsmv(given, parameterization = "theta"),
               ULSMV = wlsmv(model, "ULSMV"), MLM = numbers())
write_reference(values, "sem_imputed.R")
