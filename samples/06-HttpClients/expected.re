GET: http://127\.0\.0\.1:[0-9]+/python
GET: http://127\.0\.0\.1:[0-9]+/yahoo
GET: http://127\.0\.0\.1:[0-9]+/github
200, (7016 characters from http://127\.0\.0\.1:[0-9]+/(python|github)|6015 characters from http://127\.0\.0\.1:[0-9]+/yahoo)
200, (7016 characters from http://127\.0\.0\.1:[0-9]+/(python|github)|6015 characters from http://127\.0\.0\.1:[0-9]+/yahoo)
200, (7016 characters from http://127\.0\.0\.1:[0-9]+/(python|github)|6015 characters from http://127\.0\.0\.1:[0-9]+/yahoo)
