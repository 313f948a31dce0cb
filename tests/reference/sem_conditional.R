# Ordered outcomes given exogenous predictors: lavaan's conditional.x, its default for them.
# Writes sem_conditional.json.
source("sem_common.R")
items <- c(paste0("A", 1:3), paste0("C", 1:3))
bfi <- bfi[complete.cases(bfi[, c(items, "gender", "age", "education")]), ]
bfi <- bfi[order(bfi$gender), ] # lavaan takes groups in the order of the rows
bfi$age <- bfi$age / 10
bfi$weight <- 0.5 + ((seq_len(nrow(bfi)) * 7) %% 11) / 10
measured <- "A =~ A1 + A2 + A3
C =~ C1 + C2 + C3"
structural <- paste0(measured, "
A ~ a*age + gender
C ~ b*A + age
indirect := a*b")
direct <- paste0(measured, "
A ~ age + gender
C ~ A
C1 ~ age
education ~ C + age")
fitted <- function(model, ..., ordered = items, mi = 0)
  kept_fit(sem(model, bfi, ordered = ordered, ...), mi = mi)
observed <- "C1 ~ age + gender
C2 ~ C1 + age"
values <- list(
  models = list(structural = structural, direct = direct, observed = observed),
  structural = fitted(structural, mi = 10),
  theta = fitted(structural, parameterization = "theta"),
  std_lv = fitted(structural, std.lv = TRUE),
  ULSMV = fitted(structural, estimator = "ULSMV"),
  weights = fitted(structural, sampling.weights = "weight"),
  groups = fitted(paste0(measured, "\nA ~ age\nC ~ A + age"), group = "gender"),
  direct = fitted(direct, mi = 10),
  observed = fitted(observed, ordered = c("C1", "C2")))
values$models$groups <- paste0(measured, "\nA ~ age\nC ~ A + age")
write_reference(values, "sem_conditional.R")
