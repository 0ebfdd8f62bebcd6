// The threads of hubs are counted a process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
