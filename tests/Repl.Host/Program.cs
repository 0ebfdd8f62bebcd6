using Patchy.Repl;

// FOLDER is where "#r" looks; main runs every cell on the main thread, pool each on another thread of the pool than the one before.
if (args is not [string folder, "main" or "pool"])
{
    Console.Error.WriteLine("usage: Patchy.Repl.Host FOLDER main|pool < cells");
    return 2;
}
var session = new Session(folder);
foreach (string cell in Session.CellsOf(Console.In.ReadToEnd()))
{
    Console.WriteLine(Session.Prompted(cell));
    if (args[1] == "main") session.RunAsync(cell).GetAwaiter().GetResult();
    else AnotherPoolThread.RunAsync(() => session.RunAsync(cell)).GetAwaiter().GetResult();
}
return 0;
