store-error-newer = This data was last used by a newer version of Selaras (migration { $version }). To keep it from harm it was not opened. Install the newest version of Selaras and start again.
store-error-folder = The file or folder { $path } cannot be read or written ({ $reason }). Check its name and permissions, then try again.
store-error-not-found = What you asked for is not here. It may have been deleted.
store-error-database = The database cannot be used ({ $reason }). Nothing was changed. Try again; if it happens again, tell whoever runs the system.
store-error-damaged = Some stored data cannot be read back ({ $reason }). Nothing was changed. Restore it from a backup, or tell whoever runs the system.
store-error-in-use = The data folder { $path } is in use by another Selaras that is still running. Close that one first, or use another data folder.
