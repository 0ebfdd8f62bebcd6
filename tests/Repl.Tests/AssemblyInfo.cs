// Each test is a process that wants a processor of its own: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
