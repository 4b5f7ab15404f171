"""Every lawful act is one public function here; pages, API, command line and clock call the same one."""
