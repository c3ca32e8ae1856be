names-more = { $names } and { $more } more
