using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Patchy.Bench.Soak;

/// <summary>What any code does between two waits: memory, exceptions, computing.</summary>
internal sealed class PlainJobs(Random random)
{
    private readonly object?[] _kept = new object?[16];

    public void Allocate() => _kept[random.Next(16)] = new byte[random.Next(4000)];

    public void Text() => _kept[random.Next(16)] = string.Join(",", Enumerable.Range(0, random.Next(60)).Select(i => i.ToString()));

    public void Match()
    {
        int n = random.Next(1000);
        string found = Regex.Match("abc" + n, "([a-z]+)([0-9]+)").Groups[2].Value;
        Expect(found == n.ToString(), "regex found " + found);
    }

    public void Query()
    {
        int n = random.Next(100);
        int sum = Enumerable.Range(0, n).Where(i => i % 2 == 0).Select(i => new { i, text = "x" + i }).GroupBy(x => x.i % 5).Sum(g => g.Sum(x => x.i));
        Expect(sum == Enumerable.Range(0, n).Where(i => i % 2 == 0).Sum(), "query");
    }

    public void Compute()
    {
        double sum = 0;
        int n = random.Next(20_000);
        for (int i = 0; i < n; i++) sum += Math.Sqrt(i);
        Expect(sum >= 0, "compute");
    }

    public void DeepException()
    {
        int key = random.Next();
        try
        {
            int got = Descend(random.Next(40), key);
            Expect(got == key && key % 3 != 0, "deep return");
        }
        catch (InvalidOperationException e)
        {
            Expect(e.Message == "deep " + key && key % 3 == 0, "deep exception " + e.Message);
        }
    }

    private static int Descend(int depth, int key)
    {
        if (depth == 0)
        {
            Thread.Yield();
            return key % 3 == 0 ? throw new InvalidOperationException("deep " + key) : key;
        }

        Span<long> pad = stackalloc long[8];
        pad[depth & 7] = depth;
        int result = Descend(depth - 1, key);
        return result + (int)(pad[depth & 7] - depth);
    }

    public void NullReference()
    {
        try
        {
            Expect(Touch(null) < 0, "a null reference was followed");
        }
        catch (NullReferenceException)
        {
            Thread.Yield();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Touch(string? text) => text!.Length;

    public void FinallySwitches()
    {
        int steps = 0;
        try
        {
            try
            {
                Thread.Sleep(0);
                if (random.Next(2) == 0) throw new FormatException("a");
            }
            finally
            {
                Thread.Sleep(random.Next(2));
                steps++;
            }
        }
        catch (FormatException)
        {
            Thread.Yield();
            steps++;
        }

        Expect(steps is 1 or 2, "finally");
    }

    public void Sleep() => Thread.Sleep(random.Next(4));

    public void Yield() => Thread.Yield();

    private static void Expect(bool ok, string what)
    {
        if (!ok) throw new InvalidOperationException("wrong: " + what);
    }
}
