using System.Runtime.CompilerServices;

namespace Patchy.Threading;

/// <summary>What is known about one object while somebody waits for it: an element of an <see cref="IdentityTable"/>.</summary>
internal abstract class IdentityEntry
{
    protected IdentityEntry(object target) => Target = target;

    public object Target { get; }

    public IdentityEntry? NextInBucket { get; set; }
}

// Protocol of an identity table.
// 1. An object is looked up by reference, never by Equals: its hash code is the runtime's, so no code of the user's runs.
// 2. A bucket's latch guards its chain and everything inside its entries. Nothing waits or switches while it is held; waiters are woken
//    after it has been left.
// 3. An entry is there only while somebody waits, so the table keeps nothing alive that a waiter's stack does not.

/// <summary>A side table from objects to entries.</summary>
internal sealed class IdentityTable
{
    private const int BucketCount = 2048;
    private readonly Bucket[] _buckets = new Bucket[BucketCount];

    /// <summary>The bucket of <paramref name="target"/>. Take its latch before anything else.</summary>
    public ref Bucket BucketOf(object target) => ref _buckets[RuntimeHelpers.GetHashCode(target) & (BucketCount - 1)];

    internal struct Bucket
    {
        public SpinLatch Latch;
        private IdentityEntry? _first;

        /// <summary>Only under the latch.</summary>
        public readonly IdentityEntry? Find(object target)
        {
            IdentityEntry? entry = _first;
            while (entry is not null && !ReferenceEquals(entry.Target, target)) entry = entry.NextInBucket;
            return entry;
        }

        /// <summary>Only under the latch.</summary>
        public void Add(IdentityEntry entry)
        {
            entry.NextInBucket = _first;
            _first = entry;
        }

        /// <summary>Only under the latch.</summary>
        public void Remove(IdentityEntry entry)
        {
            if (ReferenceEquals(_first, entry))
            {
                _first = entry.NextInBucket;
                return;
            }
            IdentityEntry? before = _first;
            while (before is not null && !ReferenceEquals(before.NextInBucket, entry)) before = before.NextInBucket;
            if (before is not null) before.NextInBucket = entry.NextInBucket;
        }
    }
}
