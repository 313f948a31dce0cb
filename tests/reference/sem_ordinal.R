# The Big Five as ordinal answers. Writes sem_ordinal.json.
source("sem_common.R")
ordinal <- function(data, ...) cfa(bfi_model, data, ordered = bfi_items, ...)
std <- function(data, ...) ordinal(data, std.lv = TRUE, ...)
values <- list(
  WLSMV = kept_fit(std(bfi_complete, estimator = "WLSMV"), mi = 50),
  WLSMV_marker = kept_fit(ordinal(bfi_complete, estimator = "WLSMV")),
  WLSMV_theta = kept_fit(std(bfi_complete, estimator = "WLSMV", parameterization = "theta")),
  WLSM = kept_fit(std(bfi_complete, estimator = "WLSM")),
  WLSMVS = kept_fit(std(bfi_complete, estimator = "WLSMVS")),
  DWLS = kept_fit(std(bfi_complete, estimator = "DWLS")),
  ULSMV = kept_fit(std(bfi_complete, estimator = "ULSMV"), mi = 50),
  WLSMV_pairwise = kept_fit(std(bfi, estimator = "WLSMV", missing = "pairwise"), mi = 50),
  ULSMV_pairwise = kept_fit(std(bfi, estimator = "ULSMV", missing = "pairwise")))
path <- "A =~ A1 + A2 + A3 + A4 + A5
N =~ N1 + N2 + N3 + N4 + N5
N ~ a*A
C1 ~ b*N + A
C2 ~ C1 + c*N
indirect := a*b"
used <- c(paste0("A", 1:5), paste0("N", 1:5), "C1", "C2")
coarse <- bfi_complete
coarse[c("C1", "C2")] <- 1 * (coarse[c("C1", "C2")] > 4)
values$path_theta <- kept_fit(sem(path, coarse, ordered = used, estimator = "WLSMV",
  parameterization = "theta"))
small <- bfi_complete[1:1000, ]
values$WLS <- kept_fit(cfa("A =~ A1 + A2 + A3 + A4 + A5", small, ordered = used[1:5],
  estimator = "WLS"))
mixed <- "A =~ A1 + A2 + A3 + A4 + A5
C =~ C1 + C2 + C3 + C4 + C5
C ~ A
A1 ~~ C1"
values$mixed <- kept_fit(sem(mixed, bfi_complete, ordered = used[1:5], estimator = "WLSMV"),
  mi = 20)
values$models <- list(path = path, mixed = mixed)
write_reference(values, "sem_ordinal.R")
