# Weights and clusters. The weights and villages are drawn here and written beside the answers,
# so that three items share something within a village. Writes sem_survey.json,
# data/villages.csv and data/weighted.csv.
source("sem_common.R")
set.seed(1)
items <- c(paste0("A", 1:5), paste0("C", 1:5))
villages <- bfi_complete[, items]
villages$village <- sample(1:150, nrow(villages), TRUE)
shared <- rnorm(150, 0, .5)
for (item in c("A1", "A2", "A3")) villages[[item]] <- round(villages[[item]] + shared[villages$village], 3)
villages$weight <- round(runif(nrow(villages), .5, 2), 3)
villages <- villages[1:1200, ]
write.csv(villages, "data/villages.csv", row.names = FALSE)
incomplete <- villages
incomplete[1:300, "A1"] <- NA
incomplete[200:500, "C2"] <- NA
model <- "A =~ A1 + A2 + A3 + A4 + A5
C =~ C1 + C2 + C3 + C4 + C5"
fitted <- function(data, ...) kept_fit(cfa(model, data, estimator = "MLR", meanstructure = TRUE, ...))
values <- list(
  clusters = fitted(villages, cluster = "village"),
  weights = fitted(villages, sampling.weights = "weight"),
  both = fitted(villages, cluster = "village", sampling.weights = "weight"),
  incomplete = fitted(incomplete, cluster = "village", sampling.weights = "weight",
                      missing = "fiml"),
  model = model)
# Ordered answers. lavaan multiplies each row's score by its weight, as for numbers.
weighted <- bfi[1:1200, c(items, "gender")]
weighted$weight <- villages$weight
weighted <- weighted[complete.cases(weighted), ]
holed <- weighted
holed[1:200, "A1"] <- NA
holed[100:300, "C3"] <- NA
write.csv(weighted, "data/weighted.csv", row.names = FALSE)
wlsmv <- function(data, ..., ordered = items)
  kept_fit(cfa(model, data, ordered = ordered, sampling.weights = "weight", ...))
values$ordinal <- list(
  WLSMV = wlsmv(weighted), theta = wlsmv(weighted, parameterization = "theta"),
  ULSMV = wlsmv(weighted, estimator = "ULSMV"), groups = wlsmv(weighted, group = "gender"),
  pairwise = wlsmv(holed, missing = "pairwise"), mixed = wlsmv(weighted, ordered = items[1:5]))
values$grouped <- kept_fit(cfa(model, weighted, estimator = "MLR", meanstructure = TRUE,
                               group = "gender", sampling.weights = "weight"))
write_reference(values, "sem_survey.R")
