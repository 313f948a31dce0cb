# Weights and clusters. The weights and villages are drawn here and written beside the answers,
# so that three items share something within a village. Writes sem_survey.json and
# data/villages.csv.
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
write_reference(values, "sem_survey.R")
