(False|True)
True
