names-more = { $names }, dan { $more } lagi
