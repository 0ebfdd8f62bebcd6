using System.Diagnostics;
using Patchy.Bench.Comparisons;
using Patchy.Bench.Running;

namespace Patchy.Bench.Echo;

/// <summary>Every echo server in turn against the same load generator: the server on processor 0, the load on processor 1.</summary>
internal sealed class EchoComparison : Comparison
{
    public override string Name => "echo";

    public override string Usage => "[SECONDS]: echo servers on one core, with 100 and with 1,000 connections (4 s each)";

    public override void Compare(string[] args)
    {
        int seconds = UsageException.NumberAt(args, 0, 4);
        string[] own = ["patched", "threads", "async"];
        List<(string Name, string[] Command)> servers = [.. own.Select(n => (n, (string[])[.. Contender.ThisProgram(), "echo-server", n]))];
        servers.AddRange(Peers.Installed().Select(p => (p.Name, (string[])[.. p.Command, "echo-server"])));
        foreach (int connections in new[] { 100, 1000 })
        {
            List<(string Name, List<Figures> Runs)> entries = [.. servers.Select(s => (s.Name, new List<Figures>()))];
            for (int round = 0; round < Rounds; round++)
                for (int i = 0; i < servers.Count; i++) entries[i].Runs.Add(RunPair(servers[i].Command, connections, seconds));
            ContenderTable.Print($"echo, {connections:N0} connections, server on one core", [.. entries.Select(e => (e.Name, Figures.Median(e.Runs)))], Rounds);
        }
    }

    private static Figures RunPair(string[] serverCommand, int connections, int seconds)
    {
        int port = Ports.Free();
        using Process server = Contender.Start(OnProcessor(0, serverCommand), port);
        try
        {
            Ports.WaitUntilListened(server, port);
            using Process load = Contender.Start(OnProcessor(1, [.. Contender.ThisProgram(), "echo-load"]), port, connections, seconds);
            string output = load.StandardOutput.ReadToEnd();
            load.WaitForExit();
            if (load.ExitCode != 0) throw new InvalidOperationException($"The load on {string.Join(' ', serverCommand)} failed: {output}");
            server.Refresh();
            return Figures.Parse(output).Add("server_rss_mb", server.PeakWorkingSet64 / 1048576.0);
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }
    }

    private static string[] OnProcessor(int processor, string[] command) =>
        Environment.ProcessorCount > 1 && File.Exists("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", processor.ToString(), .. command] : command;
}
