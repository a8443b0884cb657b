"""The desk's front door for programs and people: REST, tokens, problem details. It decides nothing about orders."""
