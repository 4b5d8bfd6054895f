module kubelb.test/pod

go 1.26.0
