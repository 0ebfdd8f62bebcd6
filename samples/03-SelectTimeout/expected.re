0 ready after ([2-9]|[1-9][0-9]) seconds
