source("scales_common.R")
block <- function(x) {
  a <- suppressWarnings(alpha(x, warnings = FALSE))
  ci <- alpha.ci(a$total$raw_alpha, n.obs = nrow(x), n.var = ncol(x), digits = 15)
  list(alpha = a$total$raw_alpha, alpha_standardised = a$total$std.alpha, average_r = a$total$average_r,
       conf_low = ci$lower.ci, conf_high = ci$upper.ci, alpha_if_dropped = a$alpha.drop$raw_alpha,
       item_total_r = a$item.stats$raw.r, item_rest_r = a$item.stats$r.drop)
}
values <- list(listwise = lapply(scales, function(items) block(turned(complete, items))),
               pairwise = lapply(scales, function(items) block(turned(bfi, items))),
               hs = block(hs))
write_reference(values, "alpha.R", "psych")
