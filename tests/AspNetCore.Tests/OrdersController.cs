using Microsoft.AspNetCore.Mvc;

namespace Patchy.AspNetCore.Tests;

/// <summary>What a client posts.</summary>
public sealed record Order(string Name, int Count);

/// <summary>A controller as any other: its actions block.</summary>
[ApiController, Route("orders")]
public sealed class OrdersController : ControllerBase
{
    internal static CountdownEvent All { get; set; } = new(1);

    [HttpPost]
    public ActionResult<string> Post(Order order)
    {
        All.Signal();
        All.Wait(); // until the last one has come
        return $"{order.Name} {order.Count} {Greenlet.Current is not null}";
    }

    [HttpGet("{n:int}")]
    public async Task<string> Get(int n)
    {
        await Task.Delay(1);
        Thread.Sleep(1);
        return $"{n} {Greenlet.Current is not null}";
    }
}
