# Fits a model to every simulated survey by WLSMV, for benchmarks/sem_size.py.
# Rscript sem_size.R answers.csv model found.csv
suppressPackageStartupMessages(library(lavaan))
files <- commandArgs(TRUE)
answers <- read.csv(files[1])
model <- paste(readLines(files[2]), collapse = "\n")
items <- setdiff(names(answers), "rep")
fitted <- function(one) {
  fit <- tryCatch(suppressWarnings(cfa(model, one[items], ordered = items, std.lv = TRUE)),
                  error = function(problem) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) return(NULL)
  rows <- parameterEstimates(fit)
  rows <- rows[rows$se > 0 & rows$op %in% c("=~", "~~"), ]
  data.frame(rep = one$rep[1], p_value = fitMeasures(fit)[["pvalue.scaled"]], left = rows$lhs,
             right = rows$rhs, estimate = rows$est, std_error = rows$se)
}
found <- do.call(rbind, lapply(split(answers, answers$rep), fitted))
write.csv(found, files[3], row.names = FALSE)
