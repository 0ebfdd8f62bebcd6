using System.Text.Json;

namespace Patchy.Conformance;

/// <summary>One line of the host's output. Only <see cref="Body"/> and nothing else: the body begins. <see cref="Hang"/>: it did not end, and this is who waits.</summary>
public sealed record BodyReport
{
    public required string Body { get; init; }
    public IReadOnlyList<string>? Outcome { get; init; }

    /// <summary>How often the ticker greenlet ran during the body.</summary>
    public int Ticks { get; init; }

    /// <summary>Longest time in ms during which the ticker greenlet did not run, and the same for a native ticker: what the machine's load explains.</summary>
    public double GreenGap { get; init; }
    public double NativeGap { get; init; }

    /// <summary>For how many ms of the body somebody on this machine was ready to run and had no processor; 0 where the kernel does not say.</summary>
    public double Starved { get; init; }

    /// <summary>How often the monitor had to take the hub from a greenlet that slept in the kernel.</summary>
    public long Relieved { get; init; }
    public double Milliseconds { get; init; }
    public string? Hang { get; init; }

    public string ToLine() => JsonSerializer.Serialize(this);

    public static BodyReport? TryParse(string line)
    {
        if (!line.StartsWith('{')) return null;
        try
        {
            return JsonSerializer.Deserialize<BodyReport>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
