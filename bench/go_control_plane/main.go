// Command go_control_plane is what our xDS server is measured against: a server of go-control-plane
// with a given number of clusters and their endpoint assignments, driven by lines on standard input
// as bench/xds/our_server.ts is. It ends with its input.
//
//	go_control_plane -cache=snapshot|linear -resources=1000
//
// It prints `port N` when it can be asked, and obeys `set <name> <address>`: the one endpoint of that
// cluster has another address now.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	cachev3 "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	serverv3 "github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The node id of every client.
const node = "bench"

// A store holds the resources and tells the clients of changes.
type store interface {
	cache() cachev3.Cache
	// set replaces the endpoints of one cluster.
	set(name string, endpoints types.Resource) error
}

func main() {
	kind := flag.String("cache", "snapshot", "snapshot or linear")
	count := flag.Int("resources", 10, "clusters, each with an endpoint assignment")
	flag.Parse()

	clusters := make(map[string]types.Resource, *count)
	endpoints := make(map[string]types.Resource, *count)
	for i := range *count {
		name := "lb-" + strconv.Itoa(i)
		clusters[name] = newCluster(name)
		endpoints[name] = newEndpoints(name, "10.100.100.100")
	}
	ctx := context.Background()
	served, err := newStore(ctx, *kind, clusters, endpoints)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	discoveryv3.RegisterAggregatedDiscoveryServiceServer(server, serverv3.NewServer(ctx, served.cache(), nil))
	go func() { log.Fatal(server.Serve(listener)) }()
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 || words[0] != "set" {
			log.Fatalf("not a command: %q", lines.Text())
		}
		if err := served.set(words[1], newEndpoints(words[1], words[2])); err != nil {
			log.Fatal(err)
		}
	}
}

func newStore(ctx context.Context, kind string, clusters, endpoints map[string]types.Resource) (store, error) {
	switch kind {
	case "snapshot":
		s := &snapshots{
			snapshotCache: cachev3.NewSnapshotCache(true, cachev3.IDHash{}, nil),
			clusters:      cachev3.NewResources("1", values(clusters)),
			endpoints:     endpoints,
		}
		return s, s.publish(ctx)
	case "linear":
		linear := cachev3.NewLinearCache(resource.EndpointType, cachev3.WithInitialResources(endpoints))
		return &linears{
			endpoints: linear,
			mux: &cachev3.MuxCache{
				Classify:      func(request *cachev3.Request) string { return request.GetTypeUrl() },
				ClassifyDelta: func(request *cachev3.DeltaRequest) string { return request.GetTypeUrl() },
				Caches: map[string]cachev3.Cache{
					resource.ClusterType:  cachev3.NewLinearCache(resource.ClusterType, cachev3.WithInitialResources(clusters)),
					resource.ListenerType: cachev3.NewLinearCache(resource.ListenerType),
					resource.EndpointType: linear,
				},
			},
		}, nil
	}
	return nil, fmt.Errorf("no cache is called %q", kind)
}

// snapshots is a SnapshotCache used in the way that is kindest to it: each type has its own version,
// so that what did not change is not sent, and messages that did not change are not made again.
type snapshots struct {
	snapshotCache cachev3.SnapshotCache
	clusters      cachev3.Resources
	endpoints     map[string]types.Resource
	version       int
}

func (s *snapshots) cache() cachev3.Cache { return s.snapshotCache }

func (s *snapshots) set(name string, endpoints types.Resource) error {
	s.endpoints[name] = endpoints
	return s.publish(context.Background())
}

func (s *snapshots) publish(ctx context.Context) error {
	s.version++
	snapshot := &cachev3.Snapshot{}
	snapshot.Resources[types.Cluster] = s.clusters
	snapshot.Resources[types.Endpoint] = cachev3.NewResources(strconv.Itoa(s.version), values(s.endpoints))
	return s.snapshotCache.SetSnapshot(ctx, node, snapshot)
}

// linears is a LinearCache for each type.
type linears struct {
	endpoints *cachev3.LinearCache
	mux       *cachev3.MuxCache
}

func (l *linears) cache() cachev3.Cache { return l.mux }

func (l *linears) set(name string, endpoints types.Resource) error {
	return l.endpoints.UpdateResource(name, endpoints)
}

func values(resources map[string]types.Resource) []types.Resource {
	list := make([]types.Resource, 0, len(resources))
	for _, item := range resources {
		list = append(list, item)
	}
	return list
}

func newCluster(name string) types.Resource {
	ads := &corev3.ConfigSource{
		ResourceApiVersion:    corev3.ApiVersion_V3,
		ConfigSourceSpecifier: &corev3.ConfigSource_Ads{Ads: &corev3.AggregatedConfigSource{}},
	}
	return &clusterv3.Cluster{
		Name:                 name,
		ConnectTimeout:       durationpb.New(5 * time.Second),
		ClusterDiscoveryType: &clusterv3.Cluster_Type{Type: clusterv3.Cluster_EDS},
		EdsClusterConfig:     &clusterv3.Cluster_EdsClusterConfig{EdsConfig: ads},
	}
}

func newEndpoints(name, address string) types.Resource {
	socketAddress := &corev3.SocketAddress{
		Address:       address,
		PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: 8080},
	}
	endpoint := &endpointv3.Endpoint{
		Address: &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: socketAddress}},
	}
	return &endpointv3.ClusterLoadAssignment{
		ClusterName: name,
		Endpoints: []*endpointv3.LocalityLbEndpoints{{
			LbEndpoints: []*endpointv3.LbEndpoint{{
				HostIdentifier: &endpointv3.LbEndpoint_Endpoint{Endpoint: endpoint},
			}},
		}},
	}
}
