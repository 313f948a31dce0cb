# Continuous models: Holzinger and Swineford's tests, the Big Five, Bollen's democracies, and
# Wheaton's alienation by its covariance matrix. Writes sem_continuous.json, the incomplete
# tests data/hs_incomplete.csv and data/democracy.csv.
source("sem_common.R")
write.csv(PoliticalDemocracy, "data/democracy.csv", row.names = FALSE)
set.seed(20240501)
holes <- matrix(runif(nrow(hs) * 9) < 0.05, nrow(hs))
hs_incomplete <- hs[, hs_items]
hs_incomplete[holes] <- NA
write.csv(hs_incomplete, "data/hs_incomplete.csv", row.names = FALSE)
values <- list()
for (std in c(FALSE, TRUE)) {
  fitted <- function(...) cfa(hs_model, ..., std.lv = std)
  tag <- if (std) "_std_lv" else ""
  values[[paste0("hs_ML", tag)]] <- kept_fit(fitted(hs), mi = 60)
  values[[paste0("hs_ML_means", tag)]] <- kept_fit(fitted(hs, meanstructure = TRUE))
  values[[paste0("hs_MLR", tag)]] <- kept_fit(fitted(hs, estimator = "MLR"))
  values[[paste0("hs_MLM", tag)]] <- kept_fit(fitted(hs, estimator = "MLM"))
  values[[paste0("hs_MLMV", tag)]] <- kept_fit(fitted(hs, estimator = "MLMV"))
  values[[paste0("hs_GLS", tag)]] <- kept_fit(fitted(hs, estimator = "GLS"))
  values[[paste0("hs_ULS", tag)]] <- kept_fit(fitted(hs, estimator = "ULS"))
  values[[paste0("hs_FIML", tag)]] <- kept_fit(fitted(hs_incomplete, missing = "fiml"), mi = 60)
  values[[paste0("hs_FIML_MLR", tag)]] <- kept_fit(fitted(hs_incomplete, missing = "fiml", estimator = "MLR"))
}
big <- function(...) cfa(bfi_model, ..., std.lv = TRUE)
values$bfi_ML <- kept_fit(big(bfi_complete), mi = 50)
values$bfi_MLR <- kept_fit(big(bfi_complete, estimator = "MLR"))
values$bfi_MLM <- kept_fit(big(bfi_complete, estimator = "MLM"))
values$bfi_FIML <- kept_fit(big(bfi, missing = "fiml"), mi = 50)
values$bfi_FIML_MLR <- kept_fit(big(bfi, missing = "fiml", estimator = "MLR"))
democracy <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ a*ind60
dem65 ~ c*ind60 + b*dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8
indirect := a*b
total := c + a*b
share := indirect / total"
equal <- sub("y1 [+] y2 [+] y3 [+] y4", "y1 + l2*y2 + l3*y3 + l4*y4", democracy)
equal <- sub("y5 [+] y6 [+] y7 [+] y8", "y5 + l2*y6 + l3*y7 + l4*y8", equal)
linear <- paste0(equal, "\nl4 == 2*l3 - l2")
values$democracy <- kept_fit(sem(democracy, PoliticalDemocracy), mi = 40)
values$democracy_MLR <- kept_fit(sem(democracy, PoliticalDemocracy, estimator = "MLR"))
values$democracy_equal <- kept_fit(sem(equal, PoliticalDemocracy, meanstructure = TRUE))
values$democracy_linear <- kept_fit(sem(linear, PoliticalDemocracy))
observed <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
visual + textual ~ ageyr + sex
x9 ~ visual + textual + grade"
values$predictors <- kept_fit(sem(observed, hs[complete.cases(hs), ]))
values$predictors_means <- kept_fit(sem(observed, hs[complete.cases(hs), ], meanstructure = TRUE))
wheaton_names <- c("anomia67", "powerless67", "anomia71", "powerless71", "education", "sei")
wheaton <- getCov("11.834 6.947 9.364 6.819 5.091 12.532 4.783 5.028 7.495 9.986
  -3.839 -3.889 -3.841 -3.625 9.610 -21.899 -18.831 -21.748 -18.775 35.522 450.288",
  names = wheaton_names)
alienation <- "ses =~ education + sei
alien67 =~ anomia67 + powerless67
alien71 =~ anomia71 + powerless71
alien71 ~ alien67 + ses
alien67 ~ ses
anomia67 ~~ anomia71
powerless67 ~~ powerless71"
values$wheaton <- kept_fit(sem(alienation, sample.cov = wheaton, sample.nobs = 932), mi = 40)
values$models <- list(democracy = democracy, democracy_equal = equal, democracy_linear = linear,
  predictors = observed, wheaton = alienation, hs = hs_model, bfi = bfi_model)
values$wheaton_covariances <- list(names = wheaton_names, n = 932, cov = unname(wheaton))
write_reference(values, "sem_continuous.R")
