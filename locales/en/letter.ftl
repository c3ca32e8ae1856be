letter-number = Number
letter-nature = Nature
letter-attachment = Enclosures
letter-subject = Subject
letter-to = To:
letter-nip = NIP
letter-copies = Copies to:
letter-simulated = SIMULATED DATA – NOT AN OFFICIAL LETTER
