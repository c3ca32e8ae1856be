upload-error-snapshot = The kept answers cannot be read or written: { $reason }. Check the free space and try again; if it stays so, upload the file again.
upload-error-snapshot-changed = The kept answers of “{ $file }” have changed since they were taken in, so they are not counted. Delete that file from the round, then upload it again.
upload-error-instrument = The instrument has changed since the answers were taken in. Upload the files of answers again so that they are read with the present instrument.
upload-error-no-instrument = This program does not know the instrument “{ $instrument }”. Install a version of Selaras that has it, or choose another instrument.
upload-error-no-files = “{ $round }” holds no answers yet. Upload a file of answers first.
upload-error-designs = Some files of “{ $round }” come from a recorded sampling design (with weights or PSUs), some from an open link. The two cannot be joined. Part them into two rounds.
upload-progress = Reading answers: { $rows } rows so far.
upload-computing = Computing the index.
