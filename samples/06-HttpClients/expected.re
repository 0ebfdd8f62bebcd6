GET: http://127\.0\.0\.1:[0-9]+/python
GET: http://127\.0\.0\.1:[0-9]+/yahoo
GET: http://127\.0\.0\.1:[0-9]+/github
200, [67]01[56] characters from http://127\.0\.0\.1:[0-9]+/(python|yahoo|github)
200, [67]01[56] characters from http://127\.0\.0\.1:[0-9]+/(python|yahoo|github)
200, [67]01[56] characters from http://127\.0\.0\.1:[0-9]+/(python|yahoo|github)
