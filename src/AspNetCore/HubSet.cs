using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Patchy.AspNetCore;

/// <summary>The hubs of one application: started when its pipeline is built, destroyed when it has stopped.</summary>
internal sealed class HubSet
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // By the application's services: all branches of a pipeline have the same ones, while the properties of a branch are not seen in another.
    private static readonly ConditionalWeakTable<IServiceProvider, HubSet> s_ofApplications = [];

    private readonly RequestHub[] _hubs;
    private readonly ILogger _logger;
    private uint _turn;

    private HubSet(int count, ILogger logger)
    {
        _logger = logger;
        _hubs = new RequestHub[count];
        for (int i = 0; i < count; i++) _hubs[i] = new RequestHub(Hub.Start($"request hub {i + 1}"), logger);
        LogMessages.Started(logger, count);
    }

    /// <summary>The hubs of the application that has these services.</summary>
    /// <exception cref="InvalidOperationException">It has another number of them already.</exception>
    public static HubSet Of(IServiceProvider services, int count, ILogger logger)
    {
        lock (s_ofApplications)
        {
            if (!s_ofApplications.TryGetValue(services, out HubSet? set))
            {
                set = new HubSet(count, logger);
                s_ofApplications.Add(services, set);
                services.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(static set => ((HubSet)set!).Destroy(), set);
            }
            else if (set._hubs.Length != count)
            {
                throw new InvalidOperationException(
                    $"UseGreenlets was called with Hubs = {count}, and before that with Hubs = {set._hubs.Length}. All calls in an application use the same hubs: give the number in one of them and the same in the others.");
            }
            return set;
        }
    }

    /// <summary>
    /// The hub for the next request: in turn, but not one where an earlier request has not begun yet. So a hub that is held up keeps one request waiting and not its share of all that come, and
    /// requests that only wait for something do not count. May be called from any thread.
    /// </summary>
    public RequestHub Next()
    {
        RequestHub[] hubs = _hubs;
        int first = (int)(Interlocked.Increment(ref _turn) % (uint)hubs.Length);
        RequestHub best = hubs[first];
        int fewest = best.Waiting;
        for (int i = 1; i < hubs.Length && fewest > 0; i++)
        {
            RequestHub other = hubs[(first + i) % hubs.Length];
            int waiting = other.Waiting;
            if (waiting >= fewest) continue;
            best = other;
            fewest = waiting;
        }
        return best;
    }

    /// <summary>The server has stopped, so that its requests have ended; what has been left running is killed.</summary>
    private void Destroy()
    {
        var ends = new List<Task<bool>>();
        foreach (RequestHub one in _hubs) ends.Add(Task.Run(() => one.Hub.Destroy(s_patience)));
        if (Array.IndexOf(Task.WhenAll(ends).GetAwaiter().GetResult(), false) >= 0) LogMessages.LeftBehind(_logger);
    }
}
